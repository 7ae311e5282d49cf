"""Which of the payment plugin's calls to Stripe and writes each killed action runs.

tests/architecture/test_plugin_points.py sees to it that all of them are named.
"""

ASKING = """
    stripe_provider._list stripe_provider.list_disputes stripe_provider.list_refunds
    stripe_provider.retrieve_intent synchronising.note_status synchronising.synchronise"""
POINTS = {
    "transactionInitialize": """
        sessions.create_intent sessions.open_intent sessions.write_intent
        stripe_provider.create_intent""",
    "a second transactionInitialize": """
        sessions.close_earlier sessions.write_intent stripe_provider.cancel_intent
        synchronising.note_status""",
    "transactionProcess": """
        sessions.process_session stripe_provider.retrieve_intent synchronising.note_status""",
    "a message": f"""
        messages_of_stripe.find_intent messages_of_stripe.keep_message
        messages_of_stripe.process_event {ASKING}""",
    "a granted refund": """
        refunds.create_refund refunds.find_refund refunds.finish_refund refunds.make_refund
        refunds.refund_for_event stripe_provider.create_refund stripe_provider.list_refunds""",
    "a cancel": """
        actions.request_cancel stripe_provider.cancel_intent synchronising.note_status""",
    "the watch's refund": f"""
        messages_of_stripe.collect_missed refunds.ask_for_refund refunds.create_refund
        refunds.find_refund refunds.finish_refund refunds.make_refund refunds.refund_for_event
        stripe_provider.create_refund stripe_provider.list_undelivered watching.give_back
        watching.look_after {ASKING}""",
}
NOT_KILLED = {
    "actions.request_charge": "asks only; what it answers is one statement of Saleor's",
    "refunds.postpone": "one statement: when to come back",
    "refunds.refuse_refund": "Stripe moved nothing: the watch asks again and is refused again",
    "requestor.ensure_payment_app": "makes the App once, before any payment; repeatable",
    "synchronising.repair_amounts": "what a call does that follows a kill: each of them runs it",
    "watching.come_back": "one statement: when to come back",
    "watching.give_back_unknown": "cancels as a cancel does, or only raises",
    "watching.give_excess_back": "gives back as the watch's refund does",
}
"""What no killed action has to run, and why."""


def points_of(action: str) -> set[str]:
    """Return the functions that a killed action must have run."""
    return set(POINTS[action].split())
