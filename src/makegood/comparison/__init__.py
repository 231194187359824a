"""What would have happened otherwise: protocol, matching, balance, effect.

Comes in: columns of treated and pool, and a protocol that was fixed before anyone saw outcomes. Goes out: who is
compared with whom, how alike they are, and an effect with its uncertainty. Must never know: a price, a euro.
"""
