package onlinedirtest

import "strings"

func givenNames() []string {
	return strings.Fields(`Aaron Abigail Ada Adam Agnes Ahmed Aiko Alan Alba Albert Alexandra Ali Alice Alma Amara Amelia Amir Ana Anders Andrea
		Anna Anton Arjun Astrid Aya Barbara Beatriz Ben Bianca Björn Boris Bridget Bruno Camille Carla Carlos Carmen Charlotte Chen Chiara Chloé
		Claire Clara Conor Daniel Daria David Deepa Diana Diego Dmitri Dora Edith Eduardo Elena Elif Elizabeth Emil Emma Erik Esther Eva Fatima
		Felix Fernando Fiona Frank Freya Gabriel George Giulia Grace Greta Hana Hannah Harry Hassan Helen Henrik Hiroshi Hugo Ian Ibrahim Ida Igor
		Ines Ingrid Irina Isaac Isabel Ivan Jack Jakob James Jana Jean Joan Johan Jonas José Judith Julia Jun Kaito Karin Karl Kenji Kim Klara
		Laila Lars Laura Lena Leo Liam Lin Linda Lise Louis Lucía Luka Magnus Maja Marco Margaret Maria Mark Marta Mary Mateo Max Mei Mia Michael
		Miguel Mina Mohammed Nadia Natalia Nina Noah Nora Olga Oliver Olivia Omar Oscar Paula Pedro Peter Philip Pia Priya Rachel Rafael Rania
		Rebecca Richard Rita Robert Rosa Ruth Sam Sara Sofia Søren Stefan Susan Tara Thomas Tim Tomás Ulrike Ursula Valentina Vera Victor Vikram
		Walter Wei Wilma Xavier Yan Yasmin Yuki Yusuf Zahra Zoe Ольга Иван Νίκος Ελένη 美咲 健太`)
}

// familyNames joins beginnings and ends, as languages do.
func familyNames() []string {
	var all []string
	for _, begin := range strings.Fields(`Ash Bark Berg Black Bright Brook Burn Carl Clay Cliff Cross Dahl Dun Eber East Eck Fair Falk Field Flem Fox
		Gar Gold Grün Hart Haw Heath Hill Holm Hol Ken King Kirch Lang Lind Long Mar Mill Moor Mor Neu Nord North Oak Öst Park Pem Pen Quin Rad Red
		Rich Ros Ruth Sand Schön Shel Silver Som South Stan Stein Stone Strand Sum Thorn Til Ull Van Wald Wal West White Whit Win Wood Wyn Yar York Zell`) {
		for _, end := range strings.Fields("berg bury by don er feld field ford ham hoff land ley man more ness sen son stein ström ton wick wood worth") {
			all = append(all, begin+end)
		}
	}
	return append(all, "O'Brien", "de la Cruz", "van der Berg", "Иванова", "Παπαδόπουλος", "田中", "李", "Ng", "Li")
}

func departments() []string {
	return strings.Split("Sales;Customer Service;Field Service;Production;Logistics;Engineering;Software Development;Quality Assurance;Marketing;Finance;"+
		"Accounting;Purchasing;Human Resources;Information Technology;IT Operations;Research;Legal;Facilities;Training;Internal Audit;Corporate Communications;"+
		"Public Affairs;Treasury;Compliance;Information Security;Strategy;Mergers and Acquisitions;Sustainability;Works Council;Executive Branch", ";")
}

func titles() []string {
	return strings.Split("Engineer;Senior Engineer;Technician;Account Manager;Sales Representative;Clerk;Team Lead;Project Manager;Analyst;Consultant;"+
		"Assistant;Developer;Senior Developer;Architect;Designer;Accountant;Buyer;Recruiter;Trainer;Driver;Operator;Head of Department;Director;Vice President", ";")
}

func cities() []string {
	return strings.Split("London;Manchester;Leeds;Glasgow;Cardiff;Bristol;Dublin;Paris;Lyon;Berlin;München;Hamburg;Wien;Zürich;Oslo;København;Malmö;"+
		"Warszawa;Praha;Madrid;Lisboa;Milano;Athína;Tōkyō;Singapore;New York;Austin;São Paulo;Toronto;Sydney", ";")
}
