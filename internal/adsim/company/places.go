package company

import "strings"

// placeTable: city, country, codes, dialling prefix, postal code, street, the culture of most who work there.
const placeTable = `
Prague|Czechia|CZ|203|+420 2|110 00|Národní 12|czech
Berlin|Germany|DE|276|+49 30|10117|Französische Straße 9|german
Lyon|France|FR|250|+33 4|69002|Rue de la République 41|french
Athens|Greece|GR|300|+30 21|105 57|Οδός Ερμού 18|greek
Kyiv|Ukraine|UA|804|+380 44|01001|вулиця Хрещатик 22|ukrainian
Tokyo|Japan|JP|392|+81 3|100-0005|丸の内1-6-5|japanese
Seoul|South Korea|KR|410|+82 2|04524|세종대로 110|korean
Shanghai|China|CN|156|+86 21|200120|世纪大道 88 号|chinese
Hanoi|Vietnam|VN|704|+84 24|100000|Phố Tràng Tiền 7|vietnamese
Mumbai|India|IN|356|+91 22|400001|महात्मा गांधी मार्ग 5|hindi
Dubai|United Arab Emirates|AE|784|+971 4|00000|شارع الشيخ زايد 3|arabic
Haifa|Israel|IL|376|+972 4|3303139|שדרות הנשיא 14|hebrew
Warsaw|Poland|PL|616|+48 22|00-001|ulica Świętokrzyska 31|polish
Porto|Portugal|PT|620|+351 22|4050-294|Rua de Santa Catarina 60|portuguese
Malmö|Sweden|SE|752|+46 40|211 22|Södra Förstadsgatan 2|nordic
Izmir|Türkiye|TR|792|+90 232|35210|Cumhuriyet Bulvarı 45|turkish
Sofia|Bulgaria|BG|100|+359 2|1000|бул. Витоша 15|bulgarian
Bangkok|Thailand|TH|764|+66 2|10500|ถนนสีลม 323|thai
Bristol|United Kingdom|GB|826|+44 117|BS1 4DJ|Queen Square 8|english
`

type place struct {
	city, country, code, number, prefix, postal, street, culture string
}

func loadPlaces() []place {
	var list []place
	for line := range strings.Lines(placeTable) {
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) == 8 {
			list = append(list, place{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]})
		}
	}
	return list
}

// department is one line of business with its ladder of titles, the lowest first. The last is its head's, the one before a unit's
// head's, the one before that a team lead's.
type department struct {
	name   string
	titles []string
}

const departmentTable = `
Engineering: Software Engineer, Senior Software Engineer, Engineering Team Lead, Engineering Manager, Chief Technology Officer
Sales: Sales Representative, Account Manager, Sales Team Lead, Regional Sales Manager, Chief Sales Officer
Marketing: Marketing Specialist, Content Strategist, Marketing Team Lead, Marketing Manager, Chief Marketing Officer
Finance: Accountant, Senior Accountant, Finance Team Lead, Finance Manager, Chief Financial Officer
Human Resources: HR Specialist, Senior HR Specialist, HR Team Lead, HR Manager, Chief People Officer
Support: Support Engineer, Senior Support Engineer, Support Team Lead, Support Manager, VP Customer Support
Operations: Operations Specialist, Logistics Planner, Operations Team Lead, Operations Manager, Chief Operating Officer
Legal: Paralegal, Counsel, Legal Team Lead, Senior Counsel, General Counsel
Research & Development: Scientist, Senior Scientist, Research Team Lead, Research Manager, Chief Scientist
`

func loadDepartments() []department {
	var list []department
	for line := range strings.Lines(departmentTable) {
		if name, titles, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			list = append(list, department{name, strings.Split(titles, ", ")})
		}
	}
	return list
}
