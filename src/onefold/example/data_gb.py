"""United Kingdom: names by falling frequency, parts of further surnames, streets, cities. Invented combinations."""

FEMALE = """
Sarah Emma Laura Claire Rebecca Emily Victoria Charlotte Lucy Jessica Hannah Samantha Katie Amy Rachel
Louise Nicola
Helen Joanne Susan Margaret Elizabeth Jennifer Karen Julie Tracey Sharon Michelle Lisa Deborah Jacqueline
Amanda Angela
Catherine Jane Alison Caroline Kelly Donna Dawn Wendy Lorraine Maureen Jean Patricia Christine Linda
Carol Barbara
Sandra Ann Janet Pauline Kathleen Dorothy Joan Sheila Brenda Marion Doris Irene Hilda Edith Florence
Alice Grace Ruby
Olivia Amelia Isla Ava Mia Ivy Lily Freya Sophia Poppy Ella Evie Daisy Sienna Phoebe Matilda Rosie
Harriet Imogen
Georgia Molly Holly Bethany Chloe Abigail Megan Lauren Danielle Gemma Natalie Zoe Stephanie Natasha
Kirsty Leanne Hayley
Stacey Kerry Melanie Tina Paula Beverley Gillian Heather Fiona Lesley Lynne Marie Rosemary Shirley Sylvia
Valerie
Vivienne Yvonne Bronwen Cerys Eleri Siân Niamh Siobhán Aoife Orla Morag Eilidh Catriona Ailsa Priya Aisha
Fatima
Yasmin Leila Beatrice Cordelia
"""
MALE = """
James David John Michael Paul Andrew Mark Christopher Stephen Robert Richard Peter Daniel Matthew Thomas
Simon Anthony
Ian Kevin Steven Gary Alan Martin Philip Nicholas Jonathan Neil Adam Graham Darren Stuart Jason Lee Craig
Benjamin
Joseph William Samuel Ryan Luke Jack Joshua Alexander George Edward Charles Henry Oliver Harry Jacob
Alfie Charlie Oscar
Leo Freddie Theodore Archie Noah Arthur Finley Isaac Ethan Lucas Max Logan Dylan Callum Connor Liam
Nathan Jordan Aaron
Kieran Scott Sean Ross Russell Keith Colin Trevor Brian Barry Derek Dennis Roger Raymond Kenneth Ronald
Donald Douglas
Geoffrey Gordon Terence Leslie Norman Stanley Frank Frederick Albert Ernest Harold Sidney Walter Victor
Maurice Roy
Malcolm Duncan Hamish Angus Alasdair Euan Rory Gareth Rhys Owen Gwilym Emyr Huw Dafydd Declan Padraig
Patrick Brendan
Conor Tariq Imran Mohammed Omar Rajesh Sanjay Vikram Justin Julian Jeremy Hugh Giles Rupert Piers Toby
Dominic Gavin
Warren Wayne Shaun Vincent
"""
LAST = """
Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White
Roberts Green Hall
Wood Jackson Clarke Harris Lewis Scott Turner Cooper Hill Ward Morris Moore Clark Lee King Baker Harrison
Morgan Allen
James Phillips Watson Davis Parker Price Bennett Young Griffiths Mitchell Kelly Cook Carter Richardson
Bailey Collins
Bell Shaw Murphy Miller Cox Richards Khan Marshall Anderson Simpson Ellis Adams Singh Begum Wilkinson
Foster Chapman
Powell Webb Rogers Gray Mason Hunt Hughes Edwards Palmer Campbell Holmes Mills Lloyd Barnes Knight
Matthews Barker Reid
Stevens Murray Butler Graham Fisher Patel Dixon Harvey Pearson Gibson Stewart Kennedy Fletcher Fox
Andrews Reynolds Elliott
Ford Ryan Payne Saunders Hart Day Lawrence Burton Ross Woods Armstrong Spencer Jenkins Walsh Gardner Cole
Rose Webster
Atkinson Warren Dunn Hunter Rees Bradley Lane Crawford Carr West Watts Osborne Gilbert Berry Perry Grant
Owen Arnold
Marsh Austin Franklin Barrett Nicholson Lowe Sutton Stone Hudson Newman Booth Riley Gregory Francis
Pritchard Kaur
Hussain Ahmed Ali Burgess Bishop Kerr Duncan Robertson Thomson MacDonald McKenzie McDonald McCarthy
McLean MacLeod
Sinclair Buchanan Cameron Douglas Fraser Hamilton Henderson Johnston Lindsay Morrison Munro Paterson
Sutherland Wallace
O'Brien O'Connor O'Neill O'Sullivan Byrne Doyle Gallagher Kavanagh Nolan Quinn Sheridan Bowen Bevan
Gwynne Howells
Llewellyn Meredith Prosser Vaughan Akhtar Chowdhury Malik Rahman Sharma Mehta Okafor Adeyemi Mensah
Abbott Ashton Atkins
Baldwin Barton Bates Baxter Benson Bird Blackburn Bolton Bond Bowden Brady Briggs Brookes Bryant Bull
Burns Burrows
Byron Chadwick Chambers Clayton Clements Coates Coleman Connolly Conway Coulson Cross Crowther Curtis
Dale Daly Dawson
Dean Dobson Donnelly Doherty Drake Dyer Eaton Farrell Faulkner Fleming Flynn Forster Freeman French Frost
Fuller Garner
"""
LAST_STEMS = """
Ash Ald Alder Apple Barn Beck Ben Black Bleak Bock Brad Bram Brent Brook Broom Burn Cald Carl Chat
Chester Clay Cliff
Cold Comp Cran Crow Cul Dal Dart Den Dun East Eden Elm Ever Far Fern Field Fleet Gar Glen Gold Gran Green
Grim Hack Had
Hal Ham Hard Hart Hather Hawk Hazel Heath Hen High Hol Horn Hurst Kent Kil Kings Lang Lark Laven Leigh
Lin Lock
Long Lud Mar May Mel Mid Mill Mor New Nor North Oak Old Orch Oxen Pad Pem Pick Pres Rad Ravens Red Rock
Rother Rush Sand
Sher Ship Silver Sned South Stan Stock Stone Strat Sun Swin Thorn Thor Trent Twin Under Wain Wake Wat Wel
Wes West Whit
Wick Wil Win Wood Wool Wyn Yar
"""
LAST_SUFFIXES = """
ton ham ley ford field wood worth bury by more den well land stead wick shaw combe croft brook dale man
son bridge ridge
gate bourne
"""
STREET_STEMS = """
High Station Church Park Victoria Green Manor Kings Queens New Grange Mill School North South West East
Windsor Albert
York Springfield George Broad Chapel Richmond Grove London Alexandra Highfield Mount Clarence Meadow Oak
Elm Ash Beech
Cedar Hawthorn Holly Laurel Poplar Rowan Willow Orchard Primrose Rosemary Bridge River Castle Cross
Market Priory Abbey
Vicarage Rectory Nelson Wellington Gladstone Salisbury Derby Lansdowne Carlton Stanley Russell
"""
STREET_SUFFIXES = "_Road _Street _Lane _Avenue _Close _Drive _Way _Gardens"
STREET_SHORT = (
    (" Road", " Rd"),
    (" Street", " St"),
    (" Lane", " Ln"),
    (" Avenue", " Ave"),
    (" Gardens", " Gdns"),
)
NICKNAMES = """
James=Jim David=Dave John=Jack Michael=Mike Andrew=Andy Christopher=Chris Stephen=Steve Robert=Bob Richard=Rick
Peter=Pete Daniel=Dan Matthew=Matt Thomas=Tom Anthony=Tony Steven=Steve Gary=Gaz Philip=Phil Nicholas=Nick Jonathan=Jon
Benjamin=Ben Joseph=Joe William=Bill Samuel=Sam Joshua=Josh Alexander=Alex Edward=Ted Charles=Charlie Henry=Harry
Oliver=Ollie Theodore=Theo Kenneth=Ken Ronald=Ron Donald=Don Geoffrey=Geoff Frederick=Fred Albert=Bert Gregory=Greg
Patrick=Paddy Victoria=Vicky Rebecca=Becky Jessica=Jess Samantha=Sam Katie=Kate Rachel=Rach Susan=Sue Margaret=Maggie
Elizabeth=Liz Jennifer=Jenny Deborah=Debbie Jacqueline=Jackie Amanda=Mandy Angela=Angie Catherine=Cathy Patricia=Pat
Christine=Chris Barbara=Barb Kathleen=Kath Dorothy=Dot Charlotte=Lottie Emily=Em Abigail=Abby Matilda=Tilly
Harriet=Hattie Bethany=Beth Stephanie=Steph Natasha=Tasha Danielle=Dani Timothy=Tim Laura=Laurie Beatrice=Bea
"""
CITIES = """
London|SW|207|51.5074|-0.1278|40 Birmingham|B|121|52.4862|-1.8904|12 Manchester|M|161|53.4808|-2.2426|11
Leeds|LS|113|53.8008|-1.5491|8 Glasgow|G|141|55.8642|-4.2518|7 Sheffield|S|114|53.3811|-1.4701|6
Liverpool|L|151|53.4084|-2.9916|6 Bristol|BS|117|51.4545|-2.5879|6 Edinburgh|EH|131|55.9533|-3.1883|6
Leicester|LE|116|52.6369|-1.1398|4 Nottingham|NG|115|52.9548|-1.1581|4 Cardiff|CF|292|51.4816|-3.1791|4
Belfast|BT|289|54.5973|-5.9301|4 Newcastle upon Tyne|NE|191|54.9783|-1.6178|4 Reading|RG|118|51.4543|-0.9781|3
Southampton|SO|238|50.9097|-1.4044|3 Portsmouth|PO|239|50.8198|-1.0880|2 Coventry|CV|247|52.4068|-1.5197|3
Brighton|BN|1273|50.8225|-0.1372|3 Plymouth|PL|1752|50.3755|-4.1427|2 Oxford|OX|1865|51.7520|-1.2577|2
Cambridge|CB|1223|52.2053|0.1218|2 York|YO|1904|53.9600|-1.0873|2 Aberdeen|AB|1224|57.1497|-2.0943|2
Exeter|EX|1392|50.7184|-3.5339|1 Norwich|NR|1603|52.6309|1.2974|1 Swansea|SA|1792|51.6214|-3.9436|1
"""
MAIL_DOMAINS = "gmail.com hotmail.co.uk btinternet.com outlook.com yahoo.co.uk icloud.com sky.com live.co.uk"
