"""Germany: names by falling frequency, parts of further surnames, streets, cities. All invented combinations."""

FEMALE = """
Anna Maria Julia Sabine Petra Monika Andrea Claudia Susanne Stefanie Katharina Christina Nicole Laura
Lena Sarah
Lisa Birgit Martina Karin Ursula Renate Heike Brigitte Gabriele Angelika Silke Anja Tanja Sandra Melanie
Katrin Nadine
Daniela Kerstin Barbara Ute Ingrid Helga Elke Jutta Sonja Simone Manuela Bettina Anke Cornelia Christine
Elisabeth
Johanna Sophie Hannah Emma Mia Leonie Marie Lea Emilia Clara Charlotte Luisa Amelie Ida Frieda Mathilda
Greta Paula
Lotte Franziska Theresa Magdalena Veronika Regina Gisela Hannelore Gerda Irmgard Hildegard Edith Erika
Waltraud Inge
Christa Marion Doris Margit Rita Carola Annette Antje Britta Dagmar Eva Friederike Gudrun Heidi Ilse Jana
Jasmin
Jessica Jennifer Judith Kathrin Kirsten Kristina Larissa Lara Linda Maike Maren Margarete Marlene Mareike
Meike
Michaela Miriam Mona Nina Pia Rebecca Romy Ronja Rosemarie Ruth Saskia Svenja Tina Ulrike Vanessa Verena
Wiebke Yvonne
Zoë Käthe Bärbel Björna Désirée
"""
MALE = """
Michael Thomas Andreas Stefan Peter Christian Martin Markus Alexander Daniel Wolfgang Klaus Jürgen
Matthias Frank
Sebastian Jan Tobias Florian Philipp Hans Uwe Bernd Werner Manfred Ralf Dieter Günter Rainer Horst Karl
Heinz Helmut
Gerhard Walter Josef Dirk Jörg Sven Torsten Holger Oliver Marco Patrick Dennis Marcel Robert David
Johannes Maximilian
Felix Paul Lukas Leon Jonas Tim Niklas Luca Finn Elias Noah Ben Julian Moritz Simon Fabian Benjamin
Dominik Kevin
Benedikt Jakob Emil Anton Oskar Theo Konrad Friedrich Wilhelm Otto Hermann Georg Ludwig Franz Rudolf
Siegfried Kurt
Erich Ernst Alfred Herbert Norbert Detlef Volker Hartmut Eckhard Joachim Lothar Reinhard Roland Axel
Achim Armin Arne
Bastian Björn Carsten Christoph Claus Daniele Eberhard Erik Gregor Gustav Guido Hannes Harald Hendrik
Henrik Heiko
Ingo Jens Jochen Kai Kilian Lars Lennart Leonhard Linus Malte Mario Marius Mats Nico Nils Olaf Pascal
Raphael René
Richard Rolf Rüdiger Samuel Sönke Steffen Thorben Till Timo Tom Udo Ulrich Valentin Vincent Willi Yannick
"""
LAST = """
Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter
Klein Wolf
Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause
Meier Lehmann
Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß
Jung Hahn
Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht
Schuster Simon
Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich
Brandt Haas
Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer
Arnold Wolff Pfeiffer
Ernst Lindner Hübner Beyer Kramer Jansen Franz Seifert Vollmer Haase Böttcher Kellermann Brinkmann Reuter
Bender Wirth
Riedel Fiedler Kuhlmann Ott Moser Wenzel Gärtner Ebert Nowak Geiger Bach Bock Rieger Ritter Sander Thiel
Urban Voss
Wegner Wendt Westphal Wulf Zander Adler Ahrens Altmann Anders Appel Axmann Barth Bartsch Bayer Behrens
Bergner Binder
Blum Bischoff Böhme Born Brückner Buchholz Burkhardt Busse Conrad Decker Diehl Döring Dreyer Ebner Eckert
Eder Eichhorn
Falk Fink Förster Freitag Frey Fritz Funke Gebhardt Gerlach Geyer Göbel Götz Greiner Grimm Großmann
Gruber Gründel
Hagen Hamann Hammer Hansen Harms Hauser Heine Heinze Held Heller Hempel Hermann Hess Heuer Hildebrandt
Hinz Hirsch
Hölscher Hummel Jacob Jahn Janßen John Kern Kessler Kirchner Kirsch Klose Knoll Köster Kohl Kolb Konrad
Kopp Korte
Kranz Kröger Kunze Kurz Langer Lenz Linke Löffler Lutz Mack Marx Maurer May Menzel Merkel Metzger Michel
Mohr Naumann
Nickel Noack Opitz Paul Petersen Pfeifer Philipp Pieper Preuß Raabe Rademacher Rausch Reich Reimann
Reinhardt Renner
Rost Rudolph Runge Schenk Schilling Schindler Schlüter Schramm Schütz Seiler Siebert Sievers Springer
Stahl Steffen
"""
LAST_STEMS = """
Achter Alten Apfel Asch Auer Bach Baum Berg Bieder Birk Blumen Bom Brand Breiten Brenn Brink Buch Burg
Dahl Damm Dorn
Dreis Eber Eck Eich Eisen Ellen Erlen Eschen Falken Feld Fels Fichten Förd Frei Garten Gersten Gold
Graben Grün Haber
Hagel Hart Hasel Heide Heiden Helm Hilde Hinter Hirsch Hoch Hof Hohen Holz Honig Kalten Kammer Kess Kirch
Klein Korn
Kraft Kreuz Kron Kupfer Lauten Leichten Linden Lichten Löwen Mahl Mark Mittel Moos Mühl Nach Neu Nieder
Ober Oster Ost
Quell Raben Reichen Rieden Rosen Roten Sachsen Salz Sand Schön Silber Sonnen Stern Stoll Tannen Thal
Trauten Ufer Vier
Wald Warten Weiden Weis Wester Wiesen Wind Wolken Zander Zeller
"""
LAST_SUFFIXES = """
mann bauer bach berg berger haus heim hofer huber maier meister müller stein tal rath feld felder see
reiter dorf dorfer
kamp wald ner ler ing loh brock hagen
"""
STREET_STEMS = """
Haupt Bahnhof Schul Garten Dorf Berg Kirch Wald Ring Linden Birken Eichen Buchen Tannen Rosen Goethe
Schiller Mozart
Beethoven Friedrich Wilhelm Luisen Kaiser König Markt Mühlen Bach Feld Wiesen Sonnen Mittel Neu Alt
Brücken Burg
Schloss Amsel Drossel Finken Meisen Ahorn Kastanien Ulmen Weiden Fichten Heide Hafen Ufer Deich Nord Süd
Ost West
Kant Lessing Heine Uhland Stern Mond Post Rathaus Kloster Anger Graben Turm Tor Wall Schützen
"""
STREET_SUFFIXES = "straße weg allee platz gasse ring"
STREET_SHORT = (("straße", "str."), ("platz", "pl."))
NICKNAMES = """
Alexander=Alex Maximilian=Max Sebastian=Basti Johannes=Hannes Benjamin=Benni Michael=Micha Thomas=Tom Andreas=Andi
Matthias=Matze Christian=Chris Philipp=Phil Tobias=Tobi Florian=Flo Klaus=Klausi Wolfgang=Wolfi Josef=Sepp Robert=Rob
Daniel=Dani Dominik=Domi Katharina=Kathi Susanne=Susi Stefanie=Steffi Christina=Tina Elisabeth=Lisa Johanna=Hanna
Franziska=Franzi Magdalena=Lena Gabriele=Gabi Angelika=Geli Brigitte=Gitti Sabine=Bine Ursula=Uschi Barbara=Bärbel
Julia=Jule Charlotte=Lotte Theresa=Resi Margarete=Grete Nicole=Nicki Manuela=Manu Jennifer=Jenny Jessica=Jessi
Friedrich=Fritz Wilhelm=Willi Joachim=Jochen Raphael=Rafi Samuel=Sam Ulrich=Uli Benedikt=Bene Daniela=Dani
"""
CITIES = """
Berlin|10|30|52.5200|13.4050|36 Hamburg|20|40|53.5511|9.9937|18 München|80|89|48.1351|11.5820|15
Köln|50|221|50.9375|6.9603|11 Frankfurt am Main|60|69|50.1109|8.6821|8 Stuttgart|70|711|48.7758|9.1829|6
Düsseldorf|40|211|51.2277|6.7735|6 Leipzig|04|341|51.3397|12.3731|6 Dortmund|44|231|51.5136|7.4653|6
Essen|45|201|51.4556|7.0116|6 Bremen|28|421|53.0793|8.8017|6 Dresden|01|351|51.0504|13.7373|6
Hannover|30|511|52.3759|9.7320|5 Nürnberg|90|911|49.4521|11.0767|5 Bochum|44|234|51.4818|7.2162|4
Wuppertal|42|202|51.2562|7.1508|4 Bielefeld|33|521|52.0302|8.5325|3 Bonn|53|228|50.7374|7.0982|3
Münster|48|251|51.9607|7.6261|3 Mannheim|68|621|49.4875|8.4660|3 Karlsruhe|76|721|49.0069|8.4037|3
Augsburg|86|821|48.3705|10.8978|3 Kiel|24|431|54.3233|10.1228|2 Lübeck|23|451|53.8655|10.6866|2
Rostock|18|381|54.0924|12.0991|2 Flensburg|24|461|54.7937|9.4469|1 Göttingen|37|551|51.5413|9.9158|1
Würzburg|97|931|49.7913|9.9534|1 Tübingen|72|7071|48.5216|9.0576|1 Görlitz|02|3581|51.1506|14.9687|1
"""
MAIL_DOMAINS = (
    "gmail.com gmx.de web.de t-online.de outlook.de yahoo.de freenet.de icloud.com posteo.de mail.de"
)
