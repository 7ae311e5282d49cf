"""What ``alencon bench scope`` asks: as much as Saleor's Dashboard and storefront ask on a page."""

PAGE_INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
MONEY = "{ gross { amount currency } net { amount currency } }"
ADDRESS = """{ id firstName lastName companyName streetAddress1 streetAddress2 city cityArea
  postalCode phone countryArea country { code country } }"""

PRODUCT_LIST = f"""
query($first: Int, $after: String, $filter: ProductFilterInput, $where: ProductWhereInput,
      $search: String, $sort: ProductOrder, $channel: String, $priced: Boolean!) {{
  products(first: $first, after: $after, filter: $filter, where: $where, search: $search,
           sortBy: $sort, channel: $channel) {{
    totalCount {PAGE_INFO}
    edges {{ node {{
      id name created updatedAt description thumbnail(size: 256) {{ url }}
      productType {{ id name hasVariants }} category {{ id name }} collections {{ id name }}
      channelListings {{
        id isPublished publishedAt isAvailableForPurchase availableForPurchaseAt visibleInListings
        channel {{ id name currencyCode }}
        pricing @include(if: $priced) {{ priceRange {{ start {MONEY} stop {MONEY} }} }}
      }}
      attributes {{ attribute {{ id }} values {{ id name slug }} }}
    }} }}
  }}
}}"""
ATTRIBUTE = (
    "{ id name slug inputType choices(first: 10) { totalCount edges { node { id name } } } }"
)
PRODUCT_DETAILS = f"""
query($id: ID!, $channel: String) {{
  product(id: $id, channel: $channel) {{
    id name slug description seoTitle seoDescription rating isAvailable weight {{ value unit }}
    metadata {{ key value }} privateMetadata {{ key value }}
    defaultVariant {{ id sku trackInventory }} category {{ id name }} collections {{ id name }}
    taxClass {{ id name }} media {{ id alt sortOrder type oembedData url(size: 1024) }}
    productType {{ id name slug hasVariants isShippingRequired variantAttributes {ATTRIBUTE} }}
    channelListings {{
      id isPublished publishedAt isAvailableForPurchase availableForPurchaseAt visibleInListings
      channel {{ id name slug currencyCode isActive }}
    }}
    attributes {{ attribute {ATTRIBUTE} values {{ id name slug plainText richText }} }}
  }}
}}"""
PRODUCT_VARIANTS = f"""
query($id: ID!) {{
  product(id: $id) {{
    id
    productVariants(first: 50) {{ totalCount {PAGE_INFO} edges {{ node {{
      id sku name trackInventory quantityLimitPerCustomer media {{ id type url(size: 200) }}
      stocks {{ id quantity quantityAllocated warehouse {{ id name }} }}
      channelListings {{ id channel {{ id name currencyCode }} price {{ amount currency }}
        costPrice {{ amount currency }} }}
      attributes {{ attribute {{ id name }} values {{ id name }} }}
    }} }} }}
  }}
}}"""
ORDER_LIST = f"""
query($first: Int, $after: String, $where: OrderWhereInput, $search: String,
      $sort: OrderSortingInput) {{
  orders(first: $first, after: $after, where: $where, search: $search, sortBy: $sort) {{
    {PAGE_INFO}
    edges {{ node {{
      id number created status paymentStatus chargeStatus channel {{ id name }}
      billingAddress {ADDRESS} subtotal {MONEY} total {MONEY} userEmail
    }} }}
  }}
}}"""
ORDER_LINE = f"""{{
  id productName productSku quantity quantityFulfilled quantityToFulfill isShippingRequired isGift
  allocations {{ id quantity warehouse {{ id name }} }}
  variant {{ id name quantityAvailable product {{ id isAvailableForPurchase }}
    stocks {{ id quantity quantityAllocated warehouse {{ id name }} }} }}
  totalPrice {MONEY} undiscountedTotalPrice {MONEY} unitPrice {MONEY} undiscountedUnitPrice {MONEY}
  unitDiscount {{ amount }} unitDiscountReason taxRate taxClass {{ id name }} thumbnail {{ url }}
}}"""
ORDER_DETAILS = f"""
query($id: ID!) {{
  order(id: $id) {{
    id number created status displayGrossPrices isPaid paymentStatus chargeStatus authorizeStatus
    customerNote userEmail user {{ id email }} isShippingRequired shippingMethodName actions
    metadata {{ key value }} billingAddress {ADDRESS} shippingAddress {ADDRESS}
    transactions {{ id name pspReference chargedAmount {{ amount }} events {{ id type }} }}
    payments {{ id }} giftCards {{ id }} grantedRefunds {{ id }} discounts {{ id }}
    invoices {{ id number }} voucher {{ id code }} voucherCode
    events {{ id date type user {{ id email }} }}
    fulfillments {{ id created status trackingNumber fulfillmentOrder warehouse {{ id name }}
      lines {{ id quantity orderLine {ORDER_LINE} }} }}
    lines {ORDER_LINE}
    shippingPrice {MONEY} subtotal {MONEY} total {MONEY} undiscountedTotal {MONEY}
    totalAuthorized {{ amount }} totalCharged {{ amount }} totalRefunded {{ amount }}
    totalCanceled {{ amount }} totalBalance {{ amount }} totalRemainingGrant {{ amount }}
    deliveryMethod {{ __typename ... on ShippingMethod {{ id }} ... on Warehouse {{ id }} }}
    channel {{ id name slug currencyCode isActive defaultCountry {{ code }}
      orderSettings {{ markAsPaidStrategy }} }}
  }}
}}"""
WAREHOUSE_LIST = f"""
{{
  warehouses(first: 20, sortBy: {{ field: NAME, direction: ASC }}) {{
    {PAGE_INFO}
    edges {{ node {{ id name slug
      shippingZones(first: 100) {{ edges {{ node {{ id name }} }} }} }} }}
  }}
}}"""
HOME = """
query($channel: String!) {
  productsOutOfStock: products(filter: { stockAvailability: OUT_OF_STOCK }, channel: $channel) {
    totalCount
  }
  toFulfill: orders(where: { status: { oneOf: [UNFULFILLED, PARTIALLY_FULFILLED] } }) {
    totalCount
  }
  activities: homepageEvents(last: 10) { edges { node { id date type } } }
}"""

TILE = f"""{{
  id name slug created thumbnail(size: 1024, format: WEBP) {{ url alt }}
  translation(languageCode: FR) {{ name slug }}
  category {{ id name slug translation(languageCode: FR) {{ name slug }} }}
  pricing {{ priceRange {{ start {MONEY} stop {MONEY} }}
    priceRangeUndiscounted {{ start {MONEY} stop {MONEY} }} }}
  productVariants(first: 50) {{ totalCount edges {{ node {{ id
    attributes(variantSelection: VARIANT_SELECTION) {{ attribute {{ slug name }}
      values {{ name slug }} }} }} }} }}
}}"""
STORE_LIST = f"""
query($channel: String!, $sort: ProductOrder, $filter: ProductFilterInput) {{
  products(first: 12, channel: $channel, sortBy: $sort, filter: $filter) {{
    totalCount {PAGE_INFO} edges {{ cursor node {TILE} }}
  }}
}}"""
STORE_PRODUCT = f"""
query($slug: String!, $channel: String!) {{
  product(slug: $slug, channel: $channel) {{
    id name slug description seoTitle seoDescription isAvailable
    translation(languageCode: FR) {{ name description }}
    thumbnail(size: 2048, format: WEBP) {{ url alt }} media {{ url(size: 2048) alt type }}
    category {{ id name slug }} productType {{ slug }}
    assignedAttributes(limit: 50) {{ attribute {{ name slug }} }}
    pricing {{ priceRange {{ start {MONEY} stop {MONEY} }} }}
    productVariants(first: 100) {{ totalCount edges {{ node {{
      id name sku quantityAvailable media {{ url(size: 2048) alt }}
      pricing {{ price {MONEY} priceUndiscounted {MONEY} }}
      attributes(variantSelection: VARIANT_SELECTION) {{ attribute {{ slug name }}
        values {{ name slug }} }}
    }} }} }}
  }}
}}"""
STORE_COLLECTION = f"""
query($slug: String!, $channel: String!) {{
  collection(slug: $slug, channel: $channel) {{
    id name slug description seoTitle seoDescription backgroundImage {{ url alt }}
    products(first: 12, sortBy: {{ field: COLLECTION, direction: ASC }}) {{
      totalCount {PAGE_INFO} edges {{ cursor node {TILE} }}
    }}
  }}
}}"""
CHECKOUT = f"""{{
  id email shippingPrice {MONEY} totalPrice {MONEY} subtotalPrice {MONEY}
  shippingMethods {{ id name price {{ amount }} }}
  lines {{ id quantity totalPrice {MONEY} undiscountedTotalPrice {{ amount }}
    variant {{ id name sku
      product {{ id name slug thumbnail {{ url alt }} category {{ name }} }} }} }}
}}"""
CHECKOUT_CREATE = f"""
mutation($input: CheckoutCreateInput!) {{
  checkoutCreate(input: $input) {{ checkout {CHECKOUT} errors {{ field code message }} }}
}}"""
CHECKOUT_LINES = f"""
mutation($id: ID!, $lines: [CheckoutLineInput!]!) {{
  checkoutLinesAdd(id: $id, lines: $lines) {{
    checkout {CHECKOUT} errors {{ field code message }}
  }}
}}"""
CHECKOUT_DELIVERY = f"""
mutation($id: ID!, $method: ID!) {{
  checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $method) {{
    checkout {CHECKOUT} errors {{ field code message }}
  }}
}}"""
CHECKOUT_SHOW = f"query($id: ID!) {{ checkout(id: $id) {CHECKOUT} }}"
