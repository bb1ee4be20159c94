"""France: names by falling frequency, parts of further surnames, streets, cities. Invented combinations."""

FEMALE = """
Marie Nathalie Isabelle Sylvie Catherine Françoise Martine Christine Monique Valérie Sandrine Stéphanie
Céline Julie
Sophie Aurélie Émilie Laura Camille Manon Léa Emma Chloé Inès Sarah Louise Alice Jade Lina Anna Rose Mila
Ambre Juliette
Zoé Agathe Jeanne Lucie Charlotte Clara Pauline Mathilde Marine Mélanie Laetitia Virginie Karine
Véronique Patricia
Brigitte Nicole Jacqueline Annie Chantal Dominique Michèle Danielle Colette Josette Ginette Simone Yvette
Paulette
Denise Andrée Madeleine Germaine Suzanne Marguerite Hélène Claire Anne Cécile Delphine Florence Caroline
Corinne
Laurence Agnès Béatrice Élisabeth Geneviève Odile Pascale Muriel Séverine Élodie Audrey Jennifer Jessica
Amandine
Angélique Anaïs Océane Margaux Romane Eva Lola Nina Maëlys Clémence Éloïse Apolline Capucine Constance
Victoire
Gabrielle Joséphine Adèle Noémie Solène Maëlle Morgane Gwenaëlle Nolwenn Fanny Justine Marion Magali
Sabrina Nadia
Samira Fatima Leïla Yasmine Karima Ludivine Coralie Estelle Mireille Ghislaine Éliane Huguette Arlette
Bernadette Thérèse
"""
MALE = """
Jean Michel Philippe Pierre Alain Nicolas Christophe Patrick Christian Laurent Frédéric Daniel Bernard
Stéphane
Sébastien David Julien Thomas Éric Olivier Pascal Thierry Alexandre Dominique François Jérôme Vincent
Bruno Guillaume
Antoine Maxime Romain Benjamin Kévin Anthony Jonathan Mathieu Fabrice Didier Franck Gilles Serge Marc
Yves Gérard
Jacques André René Claude Louis Marcel Robert Roger Raymond Georges Henri Maurice Paul Lucien Gabriel Léo
Raphaël Arthur
Adam Hugo Jules Lucas Nathan Enzo Ethan Noah Mathis Tom Théo Clément Quentin Florian Baptiste Victor
Adrien Valentin
Alexis Simon Martin Samuel Maël Sacha Gaspard Augustin Côme Basile Léon Marius Eliott Aaron Rayan Mohamed
Karim Mehdi
Rachid Farid Yanis Bastien Damien Cédric Ludovic Grégory Arnaud Fabien Cyril Emmanuel Hervé Denis Joël
Lionel Régis
Sylvain Tristan Xavier Yann Loïc Gaël Erwan Ronan Corentin Dorian Jordan Dylan Steve Rémi Rémy Jérémy
Gaëtan Benoît
Étienne Édouard Fernand Gaston Gustave Honoré Armand
"""
LAST = """
Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux
David Bertrand
Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André Mercier
Blanc Guérin
Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel
Mathieu Gautier
Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly
Rivière Lucas
Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard
Roger Fabre
Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre Benoît Rey Leclerc Payet Rolland
Leclercq Guillaume
Lecomte Lopez Jean Dupuy Guillot Hubert Berger Carpentier Sanchez Dupuis Moulin Louis Deschamps Huet
Vasseur Perez
Boucher Fleury Royer Klein Jacquet Adam Paris Poirier Marty Aubry Guyot Carré Charles Renault Charpentier
Ménard Maillard
Baron Bertin Bailly Hervé Schneider Fernandez Le_Gall Collet Léger Bouvier Julien Prévost Millet Perrot
Daniel Le_Roux
Cousin Germain Breton Besson Langlois Rémy Le_Goff Pelletier Lévêque Perrier Leblanc Barré Lebrun Marchal
Weber Mallet
Hamon Boulanger Jacob Monnier Michaud Rodriguez Guichard Gillet Étienne Grondin Poulain Tessier
Chevallier Collin Chauvin
Da_Silva Bouchet Gay Lemaître Bénard Maréchal Humbert Reynaud Antoine Hoarau Perret Barthélemy Cordier
Pichon Lejeune
Gilbert Lamy Delaunay Pasquier Carlier Laporte Allard Besnard Bigot Bodin Boutin Briand Buisson Cadet
Camus Chapuis
Chartier Coste Cros Delmas Delattre Descamps Devaux Didier Diallo Dias Drouet Dubreuil Ducrocq Dujardin
Evrard Favre
Ferrand Ferreira Gallet Gauchet Georges Gosselin Gros Guillet Hebert Imbert Jourdan Labbé Lagarde Launay
Leduc Lelièvre
Levasseur Maillot Marin Maury Navarro Ollivier Parent Pascal Peltier Pons Pruvost Raynaud Regnier Rossi
Sauvage Seguin
Thibault Toussaint Vallet Verdier Voisin Wagner
"""
LAST_STEMS = """
Aub Bar Beau Bel Ber Bill Blan Bois Bon Bour Brass Brev Brois Cad Cail Cam Cas Chab Chal Cham Chan Chap
Char Chat Chau
Clav Corb Cour Cress Dal Dam Daut Del Dor Dub Ech Esp Farg Fav Fer Flor Font Fos Fourn Fran Gail Gar Gour
Grand
Gran Guim Jal Jar Lab Lac Lam Lan Lar Lav Long Mal Mar Mas Maur Mén Mir Mon Mont Mor Nav Nog Pail Par Pel
Per Pin Plan
Pom Pont Pou Prad Rav Reb Rich Riv Roch Rom Ros Rouv Sab Sal Sav Ser Sol Tav Ter Tour Val Var Vaug Ver
Vill Viv
"""
LAST_SUFFIXES = """
eau ault ard ier on ot et in el ac ais ert ois oux and ain eron elle ette iaud aud igny ieu oult andier
"""
STREET_STEMS = """
de_la_République Victor_Hugo Jean_Jaurès Pasteur de_la_Gare du_Général_Leclerc de_Verdun de_la_Liberté
Gambetta Voltaire
Émile_Zola des_Écoles de_l'Église du_Moulin des_Lilas des_Tilleuls des_Acacias du_Château de_la_Fontaine
des_Jardins
de_Paris de_Lyon du_Marché du_Stade de_la_Paix des_Roses des_Vignes du_Pont de_la_Forêt des_Champs
Jules_Ferry
Jean_Moulin Anatole_France Albert_Camus Molière Racine Balzac Lamartine Carnot Foch de_Strasbourg du_Port
de_la_Plage
des_Peupliers des_Chênes des_Érables du_Lavoir de_la_Poste de_la_Mairie du_Bois du_Ruisseau Saint-Martin
Saint-Michel
Notre-Dame de_Bretagne de_Normandie d'Alsace de_Provence du_Midi des_Alpes
"""
STREET_SUFFIXES = "rue_ avenue_ boulevard_ allée_ place_ impasse_ chemin_"
STREET_SHORT = (
    ("avenue ", "av. "),
    ("boulevard ", "bd "),
    ("place ", "pl. "),
    ("rue ", "r. "),
    ("chemin ", "ch. "),
)
NICKNAMES = """
Alexandre=Alex Nicolas=Nico Christophe=Chris Frédéric=Fred Sébastien=Seb Philippe=Phil Stéphane=Stef Guillaume=Guigui
Maxime=Max Benjamin=Ben Anthony=Tony Jonathan=Jo Mathieu=Mat Jérôme=Jé Vincent=Vince Olivier=Oli Emmanuel=Manu
Grégory=Greg Ludovic=Ludo Raphaël=Raph Gabriel=Gab Théo=Théodore Antoine=Toine Daniel=Dany Patrick=Pat Laurent=Lolo
Nathalie=Nath Isabelle=Isa Catherine=Cathy Françoise=Fanchon Christine=Chris Valérie=Val Sandrine=Sandy Stéphanie=Steph
Aurélie=Lili Émilie=Mimi Véronique=Véro Patricia=Pat Dominique=Domi Jacqueline=Jacquie Élisabeth=Babeth Caroline=Caro
Delphine=Delph Béatrice=Béa Geneviève=Ginou Virginie=Virg Mathilde=Math Charlotte=Charlie Joséphine=Jo Gabrielle=Gaby
Amandine=Mandy Angélique=Angie Marguerite=Margot Madeleine=Mado Élodie=Élo Florence=Flo Camille=Cam
"""
CITIES = """
Paris|750|14|48.8566|2.3522|40 Marseille|130|491|43.2965|5.3698|14 Lyon|690|478|45.7640|4.8357|12
Toulouse|310|561|43.6047|1.4442|9 Nice|060|493|43.7102|7.2620|6 Nantes|440|240|47.2184|-1.5536|6
Montpellier|340|467|43.6108|3.8767|5 Strasbourg|670|388|48.5734|7.7521|5 Bordeaux|330|556|44.8378|-0.5792|6
Lille|590|320|50.6292|3.0573|5 Rennes|350|299|48.1173|-1.6778|4 Reims|511|326|49.2583|4.0317|3
Saint-Étienne|420|477|45.4397|4.3872|3 Toulon|830|494|43.1242|5.9280|3 Le Havre|766|235|49.4944|0.1079|3
Grenoble|380|476|45.1885|5.7245|3 Dijon|210|380|47.3220|5.0415|3 Angers|490|241|47.4784|-0.5632|3
Nîmes|300|466|43.8367|4.3601|2 Clermont-Ferrand|630|473|45.7772|3.0870|2 Besançon|250|381|47.2378|6.0241|2
Orléans|450|238|47.9029|1.9093|2 Rouen|760|235|49.4432|1.0999|2 Caen|140|231|49.1829|-0.3707|2
Brest|292|298|48.3904|-4.4861|2
Perpignan|660|468|42.6887|2.8948|1 Annecy|740|450|45.8992|6.1294|1 Béziers|345|467|43.3442|3.2158|1
"""
MAIL_DOMAINS = (
    "gmail.com orange.fr free.fr hotmail.fr laposte.net sfr.fr yahoo.fr wanadoo.fr outlook.fr icloud.com"
)
