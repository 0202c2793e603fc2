/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page protocol: two pages of a process that moves out and home, twice.
 *
 * One half is the home's, one the body's; each has page tables, a copy of H,
 * and pages in flight, as struct mosix_pages has. A page is a number: each
 * write makes a new one, so that a stale copy is seen. `truth` is what the
 * process would read had it never moved; whoever reads anything else, or finds a
 * page gone, ends the run.
 *
 * What is one step here is done under one lock there. Names in brackets are the
 * functions that a step stands for.
 *
 * The link may be cut at any moment; what was on it may still be read, or not.
 * M_* break the model on purpose: see check.sh.
 */
#define HOME	0
#define BODY	1
#define NO	255		/* no page in the page table */
#ifndef STAYS
#define STAYS	2
#endif
#ifndef OPS
#define OPS	2		/* what the body does in its first stay */
#endif

#define I(s, a)	((s) * 2 + (a))

mtype = { IMAGE, PAGES, PAGE_REQ, PAGE_NONE, IMAGE_END, STARTED,
	  TOUCH, MADVISE, MREMAP, FENCE, REPLY, HOME_END, HOME_OK };
mtype = { NONE, REQUESTED, LANDED, NOTHING };	/* enum flight_state */
mtype = { OFF, ON };
mtype = { NOBODY, TASK, LOOKER };

byte truth[2];			/* 0: nothing was written there */
byte before[2];			/* the same, when the process froze */
byte written;			/* counts writes */

mtype side[2];			/* pg->side */
bit committed[2];		/* pg->committed */
bit leaving;			/* pg->leaving */
bit pushing;			/* pg->pushing */
byte asking;			/* pg->asking, of the body */
bit moving;			/* pg->move */
bit lost[2];			/* pg->error */
byte pte[4];
bit home[4];			/* pg->home, as each half has it */
bit mapped[4];
mtype flight[4];
byte landed[4];			/* the page of a LANDED one */
bit pushed[2];
bit change[4];			/* pg->change */
mtype changer[2];
bit serving[2];			/* serve_work is in the middle of one */
bit away;			/* the body runs, and home knows it */
bit cut;			/* the link is no more */
bit changing;			/* truth is about to change, too */
byte stay;
bit over;

chan to[2] = [6] of { mtype, byte, byte };	/* the link: to each half */
chan requests[2] = [4] of { byte };		/* pg->reqs */
chan inbox[2] = [4] of { mtype, byte };		/* for the task */
chan born = [0] of { byte };

#define absent(s, a)	(side[s] == ON && \
			 (((s) == HOME && !home[I(s, a)]) || \
			  ((s) == BODY && home[I(s, a)])))

inline own(s, a) { home[I(s, a)] = ((s) == HOME) }	/* [mosix_pages_own] */
inline give(s, a) { home[I(s, a)] = ((s) == BODY) }	/* [mosix_pages_give] */

/* To the other half; into nothing when the link is cut. [mosix_link_send] */
inline send(from, type, nr, with)
{
	if
	:: cut
	:: !cut -> to[1 - (from)]!type(nr, with)
	fi
}

#ifdef M_LINK_REORDERS
#define RECEIVE(s)	if :: to[s]??PAGES(a, v) -> what = PAGES \
			:: to[s]?what(a, v) fi
#else
#define RECEIVE(s)	to[s]?what, a, v
#endif

/* [clear_state] */
inline clear(s)
{
	home[I(s, 0)] = 0; home[I(s, 1)] = 0;
	flight[I(s, 0)] = NONE; flight[I(s, 1)] = NONE;
	landed[I(s, 0)] = 0; landed[I(s, 1)] = 0;
	change[I(s, 0)] = 0; change[I(s, 1)] = 0;
	changer[s] = NOBODY
}

/* [mosix_pages_forget] */
inline forget(s, a)
{
	home[I(s, a)] = 0;
	flight[I(s, a)] = NONE;
	landed[I(s, a)] = 0
}

/* What is in the page table is what the process would have read. */
inline check(s, a)
{
	assert(changing || (s == BODY && cut) || pte[I(s, a)] == truth[a] ||
	       (s == HOME && !away && pte[I(s, a)] == before[a]))
}

inline put(s, a, writes)
{
	if
	:: writes && !(s == BODY && cut) ->
		written++;
		truth[a] = written;
		pte[I(s, a)] = written
	:: else
	fi
}

/*
 * Somebody touches a page. [mosix_pages_fault, fetch_in_fault,
 * mosix_pages_install_in_fault, wait_for_page]
 */
inline access(s, a, who, writes)
{
	ask = 0;
	do
	:: atomic {
		!(change[I(s, a)] && changer[s] != who) ->
		if
		:: !mapped[I(s, a)] -> break
		:: mapped[I(s, a)] && pte[I(s, a)] != NO ->
			check(s, a);
			put(s, a, writes);
			break
		:: mapped[I(s, a)] && pte[I(s, a)] == NO &&
		   flight[I(s, a)] == LANDED ->
			pte[I(s, a)] = landed[I(s, a)];
			landed[I(s, a)] = 0;
			flight[I(s, a)] = NONE;
			check(s, a);
			put(s, a, writes);
			break
		:: mapped[I(s, a)] && pte[I(s, a)] == NO &&
		   flight[I(s, a)] == NOTHING ->
			flight[I(s, a)] = NONE;
			assert(who == LOOKER || lost[s] || cut);
			break
		:: mapped[I(s, a)] && pte[I(s, a)] == NO &&
		   (flight[I(s, a)] == NONE || flight[I(s, a)] == REQUESTED) ->
			if
			:: absent(s, a) && (lost[s] || (s == BODY && leaving)) ->
				break		/* SIGBUS */
			:: absent(s, a) && !lost[s] && !(s == BODY && leaving) &&
			   committed[s] ->
				ask = (flight[I(s, a)] == NONE);
				asking = asking + (s == BODY && ask);
				during = stay;
				flight[I(s, a)] = REQUESTED
			:: absent(s, a) && !lost[s] && !(s == BODY && leaving) &&
			   !committed[s]	/* until it is settled */
			:: !absent(s, a) ->
				/* Filled in anew: nothing may have been here. */
				pte[I(s, a)] = 0;
				check(s, a);
				put(s, a, writes);
				break
			fi
		fi
	   }
	   if
	   :: ask ->
		/* On the link that there was then. */
		atomic {
			ask = 0;
			if
#ifndef M_ASK_ON_ANY_LINK
			:: during != stay
#endif
			:: else -> send(s, PAGE_REQ, a, 0)
			fi
		};
		/* With a gap, each has its own: one message is not more. [plan_fault] */
		if
		:: atomic { s == BODY && who == TASK && absent(s, 1 - a) &&
			    flight[I(s, 1 - a)] == NONE && !cut ->
			    to[HOME]!PAGE_REQ(1 - a, 0) }
		:: skip
		fi;
		asking = asking - (s == BODY)	/* [asked] */
	   :: else
	   fi;
	   (flight[I(s, a)] != REQUESTED || lost[s]) &&
	   (committed[s] || side[s] == OFF || lost[s] || !absent(s, a))
	od;
	ask = 0;
	during = 0
}

/* [take_page, take_landed]: got: NO nothing, else the page */
inline take(s, a)
{
	got = NO;
	if
	:: side[s] == OFF || absent(s, a) || change[I(s, a)] || !mapped[I(s, a)]
	:: else ->
		if
		:: flight[I(s, a)] == LANDED ->
			got = landed[I(s, a)];
			flight[I(s, a)] = NONE;
			landed[I(s, a)] = 0
		:: else ->
			got = (pte[I(s, a)] == NO -> 0 : pte[I(s, a)]);
#ifndef M_SENDER_KEEPS
			pte[I(s, a)] = NO
#endif
		fi;
		give(s, a)
	fi
}

/* Requests of the peer. [serve_work, serve_one, answer, send_asked] */
proctype serve(bit s)
{
	byte a, got;

end:	do
	:: atomic { requests[s]?a -> serving[s] = 1 }
#ifndef M_SERVE_UNCOMMITTED
	   /* [mosix_pages_await_commit] */
	   committed[s] || lost[s] || side[s] == OFF;
#endif
	   if
	   :: lost[s] || side[s] == OFF || (s == BODY && leaving) -> skip
	   :: else ->
		/* changed meanwhile: looked at again later, -EAGAIN */
		do
		:: atomic {
			(!change[I(s, a)] || lost[s]) ->
			if
			:: !lost[s] && side[s] == ON && !absent(s, a) &&
			   !mapped[I(s, a)] ->
				send(s, PAGE_NONE, a, 0)
			:: else ->
				take(s, a)
#ifndef M_SEND_AFTER_UNLOCK
				if
				:: got != NO -> send(s, PAGES, a, got)
				:: else		/* -ESTALE: it is on its way */
				fi
#endif
			fi;
			break
		   }
		od;
#ifdef M_SEND_AFTER_UNLOCK
		atomic {
			if
			:: got != NO -> send(s, PAGES, a, got)
			:: else
			fi
		}
#endif
	   fi;
	   atomic { got = 0; a = 0; serving[s] = 0 }
	od
}

/* [push_work, mosix_serve_unasked] */
proctype push()
{
	byte got;

end:	do
	:: atomic {
		pushing && home[I(HOME, 0)] && !change[I(HOME, 0)] ->
		take(HOME, 0);
		if
		:: got != NO -> send(HOME, PAGES, 0, got)
		:: else
		fi;
		got = 0
	   }
	:: atomic {
		pushing && home[I(HOME, 1)] && !change[I(HOME, 1)] ->
		take(HOME, 1);
		if
		:: got != NO -> send(HOME, PAGES, 1, got)
		:: else
		fi;
		got = 0
	   }
	od
}

/* [land_one] */
inline land(s, a, v)
{
	if
#ifndef M_LAND_UNASKED
	:: !absent(s, a)	/* late: it went, or was made anew */
#endif
	:: else ->
		flight[I(s, a)] = LANDED;
		landed[I(s, a)] = v;
		own(s, a)
	fi
}

/* [mosix_memory_told] */
inline told()
{
	change[I(HOME, 0)] = 0; change[I(HOME, 1)] = 0;
	changer[HOME] = NOBODY
}

/* Page 0 is page 1 from now on. [mosix_pages_moved] */
inline moved(s)
{
	forget(s, 1);
	home[I(s, 1)] = home[I(s, 0)];
	home[I(s, 0)] = 0;
	if
#ifndef M_MOVE_DROPS_LANDED
	:: flight[I(s, 0)] == LANDED ->
		flight[I(s, 1)] = LANDED;
		landed[I(s, 1)] = landed[I(s, 0)]
#endif
	:: else
	fi;
	flight[I(s, 0)] = NONE;
	landed[I(s, 0)] = 0
}

/* The receiver of a link's end. [mosix_msgdef_dispatch] */
proctype receiver(bit s)
{
	mtype what;
	byte a, v;

end:	do
	:: atomic {
		RECEIVE(s) ->
		if
		:: what == PAGE_REQ -> requests[s]!a
		:: what == PAGE_NONE ->
			if
			:: flight[I(s, a)] == REQUESTED ->
				flight[I(s, a)] = NOTHING
			:: else
			fi
		:: what == IMAGE && s == BODY ->
			/* [mosix_build_space, mosix_image_apply_ranges] */
			home[I(BODY, 0)] = a & 1;
			home[I(BODY, 1)] = a >> 1;
			mapped[I(BODY, 0)] = v & 1;
			mapped[I(BODY, 1)] = v >> 1
		:: what == PAGES || (what == IMAGE && s == HOME)
		:: what == REPLY && moving ->
			/* [mosix_pages_answered] */
#ifndef M_TASK_MOVES_H
			moved(BODY);
#endif
			moving = 0;
			inbox[BODY]!REPLY(a)
		:: else -> inbox[s]!what(a)
		fi
	   }
	   if
	   :: what == PAGES ->
#ifndef M_LAND_UNCOMMITTED
		/* [land, mosix_pages_await_commit] */
		committed[s] || lost[s] || side[s] == OFF;
#endif
		atomic {
			if
			:: side[s] == ON -> land(s, a, v)
			:: else
			fi
		}
	   :: else
	   fi;
	   atomic { what = 0; a = 0; v = 0 }
	:: atomic {
		cut && !lost[s] && (s == HOME || stay) ->
		lost[s] = 1	/* [mosix_pages_lost] */
	   }
	od
}

/* The home's part of a change of mappings. [mosix_memory_before and after] */
inline mirror(what, a)
{
	atomic {
		change[I(HOME, 0)] = 1;
		change[I(HOME, 1)] = (what == MREMAP);
		changer[HOME] = TASK
	};
	atomic {			/* [carry_out] */
		if
		:: what == MADVISE -> pte[I(HOME, a)] = NO
		:: what == MREMAP ->
			pte[I(HOME, 1)] = pte[I(HOME, 0)];
			pte[I(HOME, 0)] = NO;
			mapped[I(HOME, 0)] = 0;
			mapped[I(HOME, 1)] = 1
		fi
	};
	atomic {			/* [follow_call, follow_move] */
		if
		:: what == MADVISE -> forget(HOME, a)
		:: what == MREMAP -> moved(HOME)
		fi
	}
}

inline commit()				/* [mosix_push_commit] */
{
	atomic {
		if
		:: pushed[0] ->
			pte[I(HOME, 0)] = NO;
			give(HOME, 0)
		:: else
		fi;
		pushed[0] = 0;
		committed[HOME] = 1;
		away = 1
	}
}

/* What was for a body that is no more. */
inline drain()
{
	do
	:: to[BODY]?_, _, _
	:: inbox[BODY]?_, _
	:: requests[BODY]?_
	:: empty(to[BODY]) && empty(inbox[BODY]) && empty(requests[BODY]) ->
		break
	od
}

/* The process comes to its safe point and leaves. [go_out, send_process] */
inline go_out()
{
	atomic {			/* [mosix_pages_begin] */
		!serving[BODY] ->
		drain();		/* it is another link */
		stay++;
		clear(HOME);
		side[HOME] = ON;
		committed[HOME] = 0;
		lost[HOME] = cut;
		pushed[0] = 0; pushed[1] = 0;
		before[0] = truth[0];
		before[1] = truth[1]
	};
	atomic {			/* [mosix_push_depart] */
		home[I(HOME, 0)] = (pte[I(HOME, 0)] != NO);
		home[I(HOME, 1)] = (pte[I(HOME, 1)] != NO)
	};
	atomic {
		side[BODY] = ON;	/* [mosix_build_space] */
		committed[BODY] = 1;
		run body(stay);
		send(HOME, IMAGE, home[I(HOME, 0)] + 2 * home[I(HOME, 1)],
		     mapped[I(HOME, 0)] + 2 * mapped[I(HOME, 1)])
	};
	/* Some go ahead, and stay. [mosix_push_all, mosix_push_hot] */
	if
	:: pte[I(HOME, 0)] != NO -> atomic {
		pushed[0] = 1;
		send(HOME, PAGES, 0, pte[I(HOME, 0)])
	   }
	:: skip
	fi;
	atomic { send(HOME, IMAGE_END, 0, 0) };
#ifdef M_COMMIT_AT_END
	commit();
#endif
	if
	:: inbox[HOME]?STARTED(_)
	:: lost[HOME] -> goto failed
	fi;
	commit();
	pushing = 1			/* [mosix_background_push] */
}

proctype deputy()
{
	mtype what;
	byte a;
	bit ask;
	byte during;

out:	go_out();
	do				/* [mosix_deputy_serve] */
	:: inbox[HOME]?what(a) ->
		if
		:: what == TOUCH ->
			access(HOME, a, TASK, 1);
			if
			:: lost[HOME] -> goto lose
			:: else -> atomic { send(HOME, REPLY, 0, 0) }
			fi
		:: what == MADVISE || what == MREMAP ->
			mirror(what, a);
#ifdef M_CHANGE_ENDS_TOO_EARLY
			told();
#endif
			atomic { send(HOME, REPLY, 0, 0) };
			told()
		:: what == FENCE ->
#ifndef M_FENCE_PUSHES_ON
			pushing = 0;	/* [mosix_background_stop] */
#endif
#ifndef M_FENCE_SERVES_ON
			/* [mosix_serve_await] */
			(empty(requests[HOME]) && !serving[HOME]) || lost[HOME];
#endif
			atomic { send(HOME, REPLY, 0, 0) }
		:: what == HOME_END ->
			/* [mosix_restore_home_end, mosix_pages_end] */
			atomic {
				if
				:: flight[I(HOME, 0)] == LANDED ->
					pte[I(HOME, 0)] = landed[I(HOME, 0)]
				:: else
				fi;
				if
				:: flight[I(HOME, 1)] == LANDED ->
					pte[I(HOME, 1)] = landed[I(HOME, 1)]
				:: else
				fi;
				clear(HOME);
				side[HOME] = OFF;
				pushing = 0;
				away = 0;
				send(HOME, HOME_OK, 0, 0)
			};
			goto whole
		:: else -> assert(false)
		fi;
		atomic { what = 0; a = 0 }
	:: lost[HOME] && empty(inbox[HOME]) -> goto lose
	od;
failed:	/* Before STARTED: it goes on as if nothing had been. */
	atomic {	
		cut = 1;
		clear(HOME);
		side[HOME] = OFF;
		pushed[0] = 0;
		truth[0] = before[0];
		truth[1] = before[1]
	};
whole:	atomic { what = 0; a = 0; before[0] = truth[0]; before[1] = truth[1] }
	access(HOME, 0, TASK, 0);
	access(HOME, 1, TASK, 0);
	if
	:: stay < STAYS && !cut -> born?_; goto out
	:: else -> goto done
	fi;
lose:	/* [lose] */
	pushing = 0;
done:	over = 1
}

/* [mosix_push_all: push_landed, push_range] */
inline push_all(a)
{
	atomic {
		if
		:: flight[I(BODY, a)] == LANDED ->
			send(BODY, PAGES, a, landed[I(BODY, a)])
		:: flight[I(BODY, a)] != LANDED && mapped[I(BODY, a)] &&
		   pte[I(BODY, a)] != NO && !absent(BODY, a) ->
			send(BODY, PAGES, a, pte[I(BODY, a)])
		:: else
		fi
	}
}

/* A body's call. [mosix_body_forward, mosix_call] */
inline call(type, a)
{
	atomic { send(BODY, type, a, 0) };
	if
	:: inbox[BODY]?REPLY(_)
	:: lost[BODY] -> goto dead
	fi
}

inline begin_change(both)		/* [mosix_pages_change] */
{
	atomic {
		moving = both;		/* [mosix_pages_will_move] */
#ifndef M_BODY_NAMES_NOTHING
		change[I(BODY, 0)] = 1;
		change[I(BODY, 1)] = both;
		changer[BODY] = TASK;
#endif
		changing = 1
	}
}

inline end_change()			/* [mosix_pages_changed] */
{
	atomic {
		change[I(BODY, 0)] = 0; change[I(BODY, 1)] = 0;
		changer[BODY] = NOBODY;
		changing = 0
	}
}

proctype body(byte nr)
{
	byte ops;
	bit ask;
	byte during;

	if				/* [arrive] */
	:: inbox[BODY]?IMAGE_END(_)
	:: lost[BODY] -> goto dead
	fi;
	atomic { send(BODY, STARTED, 0, 0) };
	ops = (nr == 1 -> OPS : 1);
	do
	:: cut -> goto dead
	:: ops > 0 && !cut ->
		ops--;
		if
		:: access(BODY, 0, TASK, 1)
		:: access(BODY, 1, TASK, 1)
		:: call(TOUCH, 0)
		:: call(TOUCH, 1)
		:: mapped[I(BODY, 0)] ->	/* [change_madvise] */
			begin_change(0);
			atomic {
				pte[I(BODY, 0)] = NO;
				forget(BODY, 0);
				truth[0] = (cut -> truth[0] : 0)
			};
			call(MADVISE, 0);
			end_change()
		:: mapped[I(BODY, 0)] ->	/* [change_mremap] */
			begin_change(1);
			call(MREMAP, 0);
			atomic {
				pte[I(BODY, 1)] = pte[I(BODY, 0)];
				pte[I(BODY, 0)] = NO;
				mapped[I(BODY, 1)] = 1;
				mapped[I(BODY, 0)] = 0
			};
			atomic {
#ifdef M_TASK_MOVES_H
				moved(BODY);
#endif
				truth[1] = (cut -> truth[1] : truth[0]);
				truth[0] = (cut -> truth[0] : 0)
			};
			end_change()
		fi
	:: ops == 0 && !cut -> break
	od;
#ifdef M_FENCE_FIRST
	call(FENCE, 0);
#endif
	leaving = 1;			/* [mosix_push_leave] */
#ifndef M_LEAVE_ASKS_ON
	asking == 0 || cut;
#endif
#ifndef M_LEAVE_SERVES_ON
	(!serving[BODY] && empty(requests[BODY])) || cut;
#endif
#ifndef M_FENCE_FIRST
	call(FENCE, 0);			/* [mosix_body_fence] */
#endif
	atomic { send(BODY, IMAGE, 0, 0) };
	push_all(0);
	push_all(1);
	atomic { send(BODY, HOME_END, 0, 0) };
	if
	:: inbox[BODY]?HOME_OK(_)
	:: lost[BODY]
	fi;
dead:	atomic {			/* [vanish], or killed */
		clear(BODY);
		side[BODY] = OFF;
		leaving = 0;
		changing = 0;
		moving = 0;
		pte[I(BODY, 0)] = NO; pte[I(BODY, 1)] = NO;
		mapped[I(BODY, 0)] = 0; mapped[I(BODY, 1)] = 0;
		drain()
	};
	/* The next stay has page state of its own. */
	!serving[BODY];
	if
	:: born!0
	:: over
	fi
}

/* Somebody looks at a page, at home or at the body (ps). [mosix_pages_pull] */
proctype looker(bit s)
{
	bit ask;
	byte during;

	if
	:: side[s] == ON -> access(s, 0, LOOKER, 0)
	:: over
	fi
}

#ifdef CUT
proctype cutter()
{
	if
	:: atomic { side[HOME] == ON -> cut = 1 }
	:: over
	fi
}
#endif

/* Of the page that counts there is one copy, wherever it is. */
#define IS(s, a)	((pte[I(s, a)] == truth[a]) + \
			 (flight[I(s, a)] == LANDED && \
			  landed[I(s, a)] == truth[a]))

proctype monitor()
{
end:	do
	:: atomic {
		away && !cut && !leaving && !changing && truth[0] &&
		mapped[I(BODY, 0)] && IS(HOME, 0) + IS(BODY, 0) > 1 ->
		assert(false)
	   }
	:: atomic {
		away && !cut && !leaving && !changing && truth[1] &&
		IS(HOME, 1) + IS(BODY, 1) > 1 ->
		assert(false)
	   }
	od
}

init {
	byte i;

	atomic {
		for (i : 0 .. 3) {
			pte[i] = NO;
			flight[i] = NONE;
			mapped[i] = (i < 2)
		};
		side[HOME] = OFF; side[BODY] = OFF;
		changer[HOME] = NOBODY; changer[BODY] = NOBODY;
		written = 2;
		truth[0] = 1; truth[1] = 2;
		pte[I(HOME, 0)] = 1; pte[I(HOME, 1)] = 2;
		run receiver(HOME); run receiver(BODY);
		run serve(HOME); run serve(BODY);
		run push();
		run monitor();
#ifdef LOOK
		run looker(LOOK);
#endif
#ifdef CUT
		run cutter();
#endif
		run deputy()
	}
}
