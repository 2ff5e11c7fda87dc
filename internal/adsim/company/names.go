package company

import (
	"math/rand/v2"
	"strings"
)

// cultures lists names as they are written and, after the equals sign, as an account name spells them. "family-first" is the order of
// the full name, "joined" leaves no space in it. An underscore is a space.
const cultureTable = `
culture english
given James=James Mary=Mary Robert=Robert Patricia=Patricia Oliver=Oliver Amelia=Amelia George=George Isla=Isla Siân=Sian Niamh=Niamh Seán=Sean Chloë=Chloe Zoë=Zoe Callum=Callum Grace=Grace Ethan=Ethan
family Smith=Smith Jones=Jones Taylor=Taylor Brown=Brown O'Brien=OBrien Ní_Dhomhnaill=NiDhomhnaill MacLeod=MacLeod Walker=Walker Wright=Wright Thompson=Thompson Fitzgerald=Fitzgerald Brontë=Bronte Clarke=Clarke Hughes=Hughes Edwards=Edwards Parker=Parker
culture german
given Jürgen=Juergen Käthe=Kaethe Lukas=Lukas Annegret=Annegret Götz=Goetz Mia=Mia Björn=Bjoern Sabine=Sabine Felix=Felix Hannelore=Hannelore Jörg=Joerg Lena=Lena Matthias=Matthias Ursula=Ursula Till=Till Sophie=Sophie
family Müller=Mueller Schäfer=Schaefer Weiß=Weiss Größer=Groesser Köhler=Koehler Bäcker=Baecker Jäger=Jaeger Vogt=Vogt von_der_Heide=vonderHeide Krüger=Krueger Straßer=Strasser Lange=Lange Böhm=Boehm Scholz=Scholz Günther=Guenther Huber=Huber
culture french
given Émilie=Emilie François=Francois Hélène=Helene Gaël=Gael Chloé=Chloe Théo=Theo Noémie=Noemie Loïc=Loic Maëlle=Maelle Jérôme=Jerome Inès=Ines Raphaël=Raphael Zélie=Zelie Benoît=Benoit Océane=Oceane Élie=Elie
family Lefèvre=Lefevre Béranger=Beranger Dupré=Dupre Gauthier=Gauthier Françoise=Francoise Le_Gall=LeGall Noël=Noel Péron=Peron Rousseau=Rousseau Besançon=Besancon D'Aubigné=DAubigne Marchand=Marchand Lemaître=Lemaitre Hébert=Hebert Aubert=Aubert Fournier=Fournier
culture portuguese
given João=Joao Conceição=Conceicao Inês=Ines Tomás=Tomas Luísa=Luisa Gonçalo=Goncalo Beatriz=Beatriz Estêvão=Estevao Mónica=Monica Caetano=Caetano Júlia=Julia Antônio=Antonio Letícia=Leticia Cauã=Caua Lívia=Livia Simão=Simao
family Gonçalves=Goncalves Araújo=Araujo Guimarães=Guimaraes Conceição=Conceicao Simões=Simoes Brandão=Brandao Magalhães=Magalhaes Peçanha=Pecanha Leitão=Leitao Sá=Sa Falcão=Falcao Távora=Tavora Assunção=Assuncao Fagundes=Fagundes Nóbrega=Nobrega Muñiz=Muniz
culture czech
given Zdeněk=Zdenek Anežka=Anezka Jiří=Jiri Tereza=Tereza Ondřej=Ondrej Božena=Bozena Lukáš=Lukas Žofie=Zofie Matěj=Matej Kateřina=Katerina Řehoř=Rehor Ľubica=Lubica Vojtěch=Vojtech Květa=Kveta Šimon=Simon Jitka=Jitka
family Novák=Novak Dvořák=Dvorak Svoboda=Svoboda Černý=Cerny Procházka=Prochazka Kučera=Kucera Veselý=Vesely Horák=Horak Němec=Nemec Růžička=Ruzicka Beneš=Benes Fiala=Fiala Sedláček=Sedlacek Doležal=Dolezal Zeman=Zeman Kříž=Kriz
culture polish
given Łukasz=Lukasz Małgorzata=Malgorzata Grażyna=Grazyna Zbigniew=Zbigniew Agnieszka=Agnieszka Paweł=Pawel Żaneta=Zaneta Stanisław=Stanislaw Elżbieta=Elzbieta Michał=Michal Róża=Roza Jędrzej=Jedrzej Bożydar=Bozydar Zofia=Zofia Świętosław=Swietoslaw Ewa=Ewa
family Wójcik=Wojcik Kowalczyk=Kowalczyk Dąbrowska=Dabrowska Jabłoński=Jablonski Król=Krol Wróbel=Wrobel Zając=Zajac Pawłowski=Pawlowski Górski=Gorski Błaszczyk=Blaszczyk Szczęsny=Szczesny Głowacki=Glowacki Mróz=Mroz Żak=Zak Sikora=Sikora Brzęczyszczykiewicz=Brzeczyszczykiewicz
culture nordic
given Åsa=Asa Øyvind=Oyvind Sigríður=Sigridur Jørgen=Jorgen Þórunn=Thorunn Mårten=Marten Päivi=Paivi Søren=Soren Ægir=Aegir Märta=Marta Håkon=Hakon Yrsa=Yrsa Jón=Jon Väinö=Vaino Freyja=Freyja Björk=Bjork
family Sjöberg=Sjoeberg Ødegård=Odegard Þórsson=Thorsson Hämäläinen=Hamalainen Lindström=Lindstroem Kjær=Kjaer Bråten=Braten Guðmundsdóttir=Gudmundsdottir Åkesson=Akesson Mäkelä=Makela Nygård=Nygard Sørensen=Sorensen Ström=Stroem Bæk=Baek Höglund=Hoeglund Järvinen=Jarvinen
culture turkish
given Çağla=Cagla Gülşen=Gulsen İbrahim=Ibrahim Ömer=Omer Şebnem=Sebnem Oğuz=Oguz Işıl=Isil Yağmur=Yagmur Üzeyir=Uzeyir Kıvanç=Kivanc Ayşe=Ayse Doğan=Dogan Tuğçe=Tugce Görkem=Gorkem Zübeyde=Zubeyde Emre=Emre
family Yılmaz=Yilmaz Öztürk=Ozturk Çelik=Celik Şahin=Sahin Doğru=Dogru Işık=Isik Güneş=Gunes Kılıç=Kilic Aydın=Aydin Özdemir=Ozdemir Türkoğlu=Turkoglu Aslan=Aslan Çetin=Cetin Korkmaz=Korkmaz Uçar=Ucar Sözen=Sozen
culture ukrainian
given Олена=Olena Тарас=Taras Ганна=Hanna Ярослав=Yaroslav Юлія=Yuliia Богдан=Bohdan Соломія=Solomiia Андрій=Andrii Їва=Yiva Остап=Ostap Катерина=Kateryna Євген=Yevhen Дарина=Daryna Максим=Maksym Любов=Liubov Ігор=Ihor
family Шевченко=Shevchenko Коваленко=Kovalenko Бондаренко=Bondarenko Ткачук=Tkachuk Кравець=Kravets Мельник=Melnyk Гончар=Honchar Їжакевич=Yizhakevych Лисенко=Lysenko Поліщук=Polishchuk Савчук=Savchuk Олійник=Oliinyk Щербак=Shcherbak Дорошенко=Doroshenko Франко=Franko Козак=Kozak
culture bulgarian
given Георги=Georgi Цветана=Tsvetana Димитър=Dimitar Ралица=Ralitsa Стоян=Stoyan Йордан=Yordan Виктория=Viktoriya Любомир=Lyubomir Ангел=Angel Жана=Zhana Христо=Hristo Десислава=Desislava Петър=Petar Мария=Mariya Красимир=Krasimir Елица=Elitsa
family Димитров=Dimitrov Петкова=Petkova Ангелов=Angelov Тодорова=Todorova Костов=Kostov Желева=Zheleva Цанков=Tsankov Йорданов=Yordanov Русева=Ruseva Вълчев=Valchev Стоилова=Stoilova Кръстев=Krastev Попов=Popov Чолаков=Cholakov Ненов=Nenov Бонева=Boneva
culture greek
given Γιώργος=Giorgos Ελένη=Eleni Νίκος=Nikos Αικατερίνη=Aikaterini Δημήτρης=Dimitris Σοφία=Sofia Κωνσταντίνος=Konstantinos Ιωάννα=Ioanna Παναγιώτης=Panagiotis Ζωή=Zoi Θανάσης=Thanasis Χριστίνα=Christina Μιχάλης=Michalis Ειρήνη=Eirini Σπύρος=Spyros Αφροδίτη=Afroditi
family Παπαδόπουλος=Papadopoulos Νικολάου=Nikolaou Γεωργίου=Georgiou Ιωαννίδης=Ioannidis Αλεξίου=Alexiou Καραμανλής=Karamanlis Βασιλείου=Vasileiou Οικονόμου=Oikonomou Δημητρίου=Dimitriou Χατζής=Chatzis Μακρή=Makri Σταύρου=Stavrou Ψαρράς=Psarras Ξένου=Xenou Θεοδωρίδης=Theodoridis Αθανασίου=Athanasiou
culture arabic
given محمد=Mohammad فاطمة=Fatima أحمد=Ahmad عائشة=Aisha خالد=Khalid مريم=Maryam يوسف=Yousef ليلى=Layla عمر=Omar نور=Nour حسن=Hassan سلمى=Salma كريم=Karim هدى=Huda طارق=Tariq ياسمين=Yasmin
family الحسن=AlHassan العلي=AlAli حداد=Haddad خوري=Khoury منصور=Mansour النجار=AlNajjar سليمان=Suleiman عباس=Abbas القاسم=AlQasim درويش=Darwish صالح=Saleh الشريف=AlSharif حمدان=Hamdan مراد=Murad ناصر=Nasser زيدان=Zidan
culture hebrew
given דוד=David שרה=Sarah יעקב=Yaakov רחל=Rachel משה=Moshe לאה=Leah אברהם=Avraham נועה=Noa יוסף=Yosef תמר=Tamar איתן=Eitan מאיה=Maya אורי=Ori יעל=Yael עומר=Omer שירה=Shira
family כהן=Cohen לוי=Levi מזרחי=Mizrahi פרץ=Peretz ביטון=Biton דהן=Dahan אברהם=Avraham פרידמן=Friedman שפירא=Shapira אזולאי=Azoulay בן_דוד=BenDavid גולן=Golan הררי=Harari רוזן=Rosen שלום=Shalom ברק=Barak
culture hindi
given आरव=Aarav प्रिया=Priya विवान=Vivaan अनन्या=Ananya अर्जुन=Arjun दीपिका=Deepika रोहन=Rohan कविता=Kavita संजय=Sanjay मीरा=Meera विक्रम=Vikram पूजा=Pooja राहुल=Rahul सुनीता=Sunita करण=Karan नेहा=Neha
family शर्मा=Sharma वर्मा=Verma गुप्ता=Gupta सिंह=Singh पटेल=Patel कुमार=Kumar मिश्रा=Mishra जोशी=Joshi चौहान=Chauhan मेहता=Mehta अग्रवाल=Agrawal राव=Rao देसाई=Desai यादव=Yadav त्रिपाठी=Tripathi कपूर=Kapoor
culture chinese family-first joined
given 伟=Wei 芳=Fang 娜=Na 秀英=Xiuying 敏=Min 静=Jing 丽=Li 强=Qiang 磊=Lei 洋=Yang 艳=Yan 勇=Yong 杰=Jie 涛=Tao 梓涵=Zihan 子轩=Zixuan
family 王=Wang 李=Li 张=Zhang 刘=Liu 陈=Chen 杨=Yang 赵=Zhao 黄=Huang 周=Zhou 吴=Wu 徐=Xu 孙=Sun 欧阳=Ouyang 马=Ma 朱=Zhu 诸葛=Zhuge
culture japanese family-first joined
given 太郎=Taro 花子=Hanako さくら=Sakura 健太=Kenta 美咲=Misaki 翔=Sho ひなた=Hinata 蓮=Ren 陽菜=Haruna 大輔=Daisuke 結衣=Yui 拓也=Takuya 愛=Ai 直樹=Naoki マリア=Maria 葵=Aoi
family 佐藤=Sato 鈴木=Suzuki 高橋=Takahashi 田中=Tanaka 渡辺=Watanabe 伊藤=Ito 山本=Yamamoto 中村=Nakamura 小林=Kobayashi 加藤=Kato 吉田=Yoshida 山田=Yamada 佐々木=Sasaki 山口=Yamaguchi 松本=Matsumoto 髙島=Takashima
culture korean family-first joined
given 민준=Minjun 서연=Seoyeon 도윤=Doyun 지우=Jiwoo 서준=Seojun 하은=Haeun 예준=Yejun 수빈=Subin 주원=Juwon 지민=Jimin 현우=Hyunwoo 은지=Eunji 준호=Junho 유나=Yuna 태현=Taehyun 소영=Soyoung
family 김=Kim 이=Lee 박=Park 최=Choi 정=Jung 강=Kang 조=Cho 윤=Yoon 장=Jang 임=Lim 한=Han 오=Oh 서=Seo 신=Shin 권=Kwon 황보=Hwangbo
culture vietnamese family-first
given Anh=Anh Dũng=Dung Hương=Huong Khánh=Khanh Lệ=Le Minh=Minh Ngọc=Ngoc Phương=Phuong Quỳnh=Quynh Thảo=Thao Tuấn=Tuan Vượng=Vuong Yến=Yen Đức=Duc Bích_Ngọc=BichNgoc Thị_Mai=ThiMai
family Nguyễn=Nguyen Trần=Tran Lê=Le Phạm=Pham Huỳnh=Huynh Hoàng=Hoang Phan=Phan Vũ=Vu Võ=Vo Đặng=Dang Bùi=Bui Đỗ=Do Hồ=Ho Ngô=Ngo Dương=Duong Lý=Ly
culture thai
given สมชาย=Somchai สุดา=Suda กิตติ=Kitti มาลี=Malee ณัฐ=Nat พิมพ์=Pim วิชัย=Wichai อรุณ=Arun ธนา=Thana นภา=Napha ปรีชา=Preecha รัตนา=Rattana ศักดิ์=Sak อารี=Aree ชัย=Chai วรรณา=Wanna
family ใจดี=Jaidee สุขใจ=Sukjai ทองดี=Thongdee ศรีสุข=Srisuk วงศ์=Wong แสงทอง=Saengthong บุญมา=Boonma รักไทย=Rakthai พงษ์=Phong เจริญ=Charoen มั่นคง=Mankhong ดำรง=Damrong นิล=Nin ชูใจ=Choojai สมบัติ=Sombat คำ=Kham
`

// spelling is a name as it is written, and in ASCII.
type spelling struct{ native, ascii string }

type culture struct {
	name        string
	familyFirst bool
	joined      bool
	given       []spelling
	family      []spelling
}

func loadCultures() []culture {
	var list []culture
	for line := range strings.Lines(cultureTable) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		if words[0] == "culture" {
			list = append(list, culture{name: words[1], familyFirst: strings.Contains(line, "family-first"), joined: strings.Contains(line, "joined")})
			continue
		}
		current := &list[len(list)-1]
		for _, w := range words[1:] {
			native, ascii, _ := strings.Cut(w, "=")
			s := spelling{strings.ReplaceAll(native, "_", " "), ascii}
			if words[0] == "given" {
				current.given = append(current.given, s)
			} else {
				current.family = append(current.family, s)
			}
		}
	}
	return list
}

// identity is a person's name.
type identity struct {
	culture       *culture
	given, family spelling
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (c *culture) draw(r *rand.Rand) identity {
	return identity{c, pick(r, c.given), pick(r, c.family)}
}

// full is the whole name in its own order.
func (n identity) full() string {
	separator := " "
	if n.culture.joined {
		separator = ""
	}
	if n.culture.familyFirst {
		return n.family.native + separator + n.given.native
	}
	return n.given.native + separator + n.family.native
}

// latin is the whole name in ASCII, given name first, for readers who do not know the script.
func (n identity) latin() string { return n.given.ascii + " " + n.family.ascii }
