"""What the demo shops sell: names, gross prices and VAT, by kind of shop."""

# (name, gross price in cents, VAT in basis points)
Article = tuple[str, int, int]

ARTICLES: dict[str, list[Article]] = {
    "bookshop": [
        ("Roman du terroir", 2190, 550),
        ("Guide des sentiers de l'Orne", 1495, 550),
        ("Album illustré", 1690, 550),
        ("Carnet de recettes normandes", 1250, 550),
        ("Marque-page offert", 0, 550),
    ],
    "cheese": [
        ("Camembert fermier", 545, 550),
        ("Livarot", 690, 550),
        ("Plateau de six fromages", 2875, 550),
        ("Beurre baratte 250 g", 389, 550),
    ],
    "shoes": [
        ("Bottines cuir", 12990, 2000),
        ("Baskets toile", 5995, 2000),
        ("Cirage incolore", 749, 2000),
        ("Lacets ronds", 333, 2000),
    ],
    "toys": [
        ("Puzzle 500 pièces", 1799, 2000),
        ("Jeu de société familial", 3290, 2000),
        ("Toupie en bois", 875, 2000),
        ("Peluche lapin", 2149, 2000),
    ],
    "florist": [
        ("Bouquet de saison", 3250, 1000),
        ("Rosier en pot", 1890, 1000),
        ("Plant de persil", 265, 550),
        ("Composition séchée", 2799, 1000),
    ],
    "wine": [
        ("Cidre fermier brut", 595, 2000),
        ("Calvados 12 ans", 5490, 2000),
        ("Jus de pomme", 385, 550),
        ("Poiré", 725, 2000),
    ],
    "gifts": [
        ("Napperon au point d'Alençon", 8999, 2000),
        ("Bougie parfumée", 1667, 2000),
        ("Carte postale", 150, 2000),
        ("Mug de la ville", 1190, 2000),
    ],
    "hardware": [
        ("Tournevis isolé", 1249, 2000),
        ("Boîte de vis inox", 999, 2000),
        ("Ampoule LED", 455, 2000),
        ("Perceuse sans fil", 10999, 2000),
    ],
    "coffee": [
        ("Café en grains 1 kg", 2450, 550),
        ("Thé de Noël 100 g", 985, 550),
        ("Cafetière à piston", 3499, 2000),
        ("Filtres papier", 299, 2000),
    ],
    "optician": [
        ("Monture acétate", 14500, 2000),
        ("Étui rigide", 1235, 2000),
        ("Loupe de lecture", 2999, 550),
        ("Chiffonnette", 490, 2000),
    ],
    "clothing": [
        ("Pull marin", 6990, 2000),
        ("Écharpe en laine", 3495, 2000),
        ("Chaussettes rayées", 899, 2000),
        ("Ceinture cuir", 4250, 2000),
    ],
    "bicycles": [
        ("Antivol en U", 4599, 2000),
        ("Chambre à air", 650, 2000),
        ("Sonnette laiton", 1425, 2000),
        ("Vélo de ville", 64900, 2000),
    ],
    "bakery": [
        ("Pain de campagne", 420, 550),
        ("Brioche tressée", 785, 550),
        ("Galette des rois", 1650, 550),
        ("Sachet de sablés", 615, 550),
    ],
    "household": [
        ("Savon de Marseille", 545, 2000),
        ("Balai coco", 1675, 2000),
        ("Cire d'abeille", 1290, 2000),
        ("Torchons, lot de trois", 1333, 2000),
    ],
}
