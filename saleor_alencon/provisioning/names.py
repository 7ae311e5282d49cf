"""How this project's things are called in Saleor: slugs, names and metadata keys."""

CHANNEL = "alencon"
CURRENCY = "EUR"
COUNTRY = "FR"
PRODUCT_TYPE = "article"
VARIANT_ATTRIBUTE = "variante"
SHOP_ATTRIBUTE = "boutique"
CENTRAL_POINT = "point-de-retrait-central"
OFFICE_APP = "alencon.office"

# VAT rates of France (articles 278 to 281 nonies of the Code général des impôts), basis points.
TAX_CLASSES = {2000: "TVA 20 %", 1000: "TVA 10 %", 550: "TVA 5,5 %", 210: "TVA 2,1 %"}
STANDARD_RATE_BPS = 2000

SHOP_KEY = "alencon.shop"  # private, on a warehouse, a collection and a product: the shop's slug
STATE_KEY = "alencon.state"  # private, on a warehouse: the shop's state; a suspended one reads only
GROUP_KEY = "alencon.group"  # private, on a warehouse: the id of the shop's permission group
LOGO_KEY = "alencon.logo"  # private, on a collection: digest of the image that was sent
HOURS_KEY = "alencon.hours"  # public, on a warehouse
DELIVERY_KEY = "alencon.delivery"  # public, on a delivery method: collect, central, home
SETUP_KEY = "alencon.setup"  # private, on what has no slug: which part of the setup it is
ZONE = "zone"  # the value of SETUP_KEY on the delivery zone
SHOPS_ITEM = "shops"  # the value of SETUP_KEY on the menu item that has the shops below it

# What the Office's app may do, each with what asks for it.
APP_PERMISSIONS = (
    "HANDLE_PAYMENTS",  # refunds that a shop or the Office asks for
    "MANAGE_GIFT_CARD",  # gift cheques
    "MANAGE_CHANNELS",  # setup; a shop's warehouse in the channel
    "MANAGE_MENUS",  # setup
    "MANAGE_ORDERS",  # the sweep; fulfilments, refunds
    "MANAGE_PAGES",  # setup
    "MANAGE_PAGE_TYPES_AND_ATTRIBUTES",  # setup
    "MANAGE_PRODUCTS",  # warehouses, collections, the catalogue
    "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",  # setup; a shop's value of the attribute "boutique"
    "MANAGE_SHIPPING",  # setup; a shop's warehouse in the delivery zone
    "MANAGE_STAFF",  # reading groups; Saleor lets no app change them
    "MANAGE_TAXES",  # setup
)
