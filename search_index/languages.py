"""The languages the analysis knows: each one row of stemmer, stop words, faint words and elisions.

*Stop words* never enter the index. *Faint words* do, but tell little about what somebody needs ("how can I",
"is there a way"): in a small community their rarity would mislead, so a query counts them for less. *Kin*
are words people use for the same thing; they help a little where the very word is missing. All these are written
without accents, as the analysis leaves them.

*Polar questions* ask for yes or no, *polar answers* say it, *other questions* ask for something else (`polar.py`):
patterns for how they begin, in lower case with accents, which tell `è` from `e`. After *telling* words one
asks what the question word says. *Joining* words may stand before a question.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    code: str
    stemmer: str
    stop_words: frozenset[str]
    faint_words: frozenset[str]
    polar_questions: str
    other_questions: str
    polar_answers: str
    telling: str
    joining: str
    elisions: frozenset[str] = frozenset()
    endings: frozenset[str] = frozenset()
    kin: tuple[tuple[str, ...], ...] = ()


def _kin(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row.split()) for row in text.split(";"))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ITALIAN = Language(
    code="it",
    stemmer="italian",
    stop_words=_words(
        """
        a ad ai al alla alle allo agli anche ancora avere aveva avevo abbia abbiamo avete avuto che chi
        ci cio coi col come con contro cui da dai dal dalla dalle dallo dagli degli dei del della delle
        dello dentro di dopo dove due e ecco ed era erano eri ero essere esse essa essi fa fra fu furono
        gia gli ha hai hanno ho i il in io la le lei li lo loro lui ma me mi mia mie miei mio ne negli
        nei nel nella nelle nello noi non nostra nostre nostri nostro o od ogni oppure per perche percio
        pero piu poi qua qual quale quali quando quanta quante quanti quanto quella quelle quelli quello
        quei quegli questa queste questi questo qui quindi se sei sia siamo siano siete solo sono sopra
        sotto sta stai stanno stata state stati stato sto su sua sue sugli sui sul sulla sulle sullo suo
        suoi tra tu tua tue tuo tuoi tutta tutte tutti tutto un una uno vi voi vostra vostre vostri
        vostro cosa cos com dov quant qualcosa qualcuno saro sara sarai saranno sarebbe essendo avendo
        ve te si ti c d l m n s t v
        """
    ),
    faint_words=_words(
        """
        posso puoi puo possiamo potete possono potrei poter potere possibile voglio vorrei vuoi volevo
        devo devi deve dobbiamo dovete devono dovrei dovere fare faccio fai fanno fatto fosse farlo
        farla bisogna serve servono succede succedere modo maniera esiste esistono problema problemi
        aiuto aiutare aiutarmi sapere so sapete sai qualche qualcun grazie ciao salve buongiorno
        buonasera saluti prego favore cortesemente domanda risposta significa vuol dire tipo tipi sempre
        mai ora adesso oggi ormai ieri invece bene male molto poco altro altra altri altre stesso stessa
        alcuni alcune riesco riesce riuscire provo provato cerco cercando trovo trovare chiedo chiedere
        consiglio consigli consigliate semplicemente magari praticamente quindi allora dunque certo
        """
    ),
    polar_questions=(
        r"(?:posso|puoi|può|puo|possiamo|potete|possono|potrei|potremmo|devo|devi|deve|dobbiamo|dovete|devono|dovrei"
        r"|(?:è|e') (?:possibile|necessario|obbligatorio))\b"
        r"|(?:è|e'(?= )|sono|siamo|ho|hai|ha|abbiamo|avete|hanno|serve|servono|vuoi|volete|si|mi|ti|ci|vi|non|sarà"
        r"|saranno|riceverò|potrò|dovrò|c'[eè]|esiste|esistono|bisogna|vale|valgono|funziona|funzionano|conviene)"
        r"(?!\w).*\?"
    ),
    other_questions=(
        r"(?:(?:a|con|da|di|in|per|su|entro|fino a) )?"
        r"(?:che|chi|come|cosa|cos'è|dove|dov'è|quale|quali|qual|quando|quant[oaie])|perch[eé]"
    ),
    polar_answers=r"s[iì]|no|certo|certamente|assolutamente|esatto",
    telling="dir(?:e|mi|ci)|dite|dici|sapere|sapete|sai|spiegar(?:e|mi|ci)|capire",
    joining="e|ed|ma|o|oppure|però|pero|quindi|allora|poi|inoltre",
    elisions=_words(
        """
        all anch bell buon c com cos d dall degl dell dov gl l m mezz n nell nient null po qual qualcos
        quant quell quest s sant senz sull t tant tutt un v vent
        """
    ),
    kin=_kin(
        """
        fattura bolletta; cambiare modificare variare aggiornare; eliminare cancellare rimuovere;
        disdire recedere disdetta recesso; attivare abilitare; disattivare disabilitare; bloccare
        sospendere; telefono cellulare smartphone telefonino dispositivo; pc computer portatile; e-mail
        email mail; guasto disservizio interruzione; errore problema malfunzionamento; lento rallentato;
        veloce rapido; pagare pagamento saldare; prezzo costo tariffa; rimborso risarcimento; operatore
        gestore; modem router; internet rete connessione; accesso accedere login entrare; utente
        cliente; avviso notifica comunicazione; documento file; foto immagine; scaricare download;
        recuperare ripristinare; inviare spedire mandare; ricevere ottenere; scadenza termine; carta
        tessera; indirizzo residenza; contratto abbonamento; inserire aggiungere; casa abitazione;
        richiesta domanda; filtro regola; copia backup salvataggio; trasferire spostare migrare;
        contattare rivolgersi raggiungere; destinatario ricevente; rispondere replicare; suono rumore;
        permesso autorizzazione; simbolo carattere segno; spedizione consegna; ordine acquisto; rotto
        guasto danneggiato difettoso; password codice pin; sito pagina web; esportare scaricare;
        conversazione discussione chat; raccolta elenco lista; scegliere selezionare; iniziare
        cominciare avviare; finire terminare concludere; aprire avviare; nascondere celare; mostrare
        visualizzare vedere; restituire reso restituzione; sostituire cambiare; luce elettricita;
        trasloco trasferimento; autolettura lettura; contatore misuratore
        """
    ),
)

ENGLISH = Language(
    code="en",
    stemmer="english",
    stop_words=_words(
        """
        a about above after again all also am an and any are arent as at be been before being below
        between both but by can cannot cant could couldnt did didnt do does doesnt doing dont down
        during each else few for from further had hadnt has hasnt have havent having he her here hers
        herself him himself his how i id if ill im in into is isnt it its itself ive just me more most
        my myself no nor not of off on once only or other our ours ourselves out over own same she
        should shouldnt so some such than that thats the their theirs them themselves then there theres
        these they theyre this those through to too under until up very was wasnt we were werent what
        whats when where wheres which while who whom why will with wont would wouldnt you youre your
        yours yourself yourselves youve
        """
    ),
    faint_words=_words(
        """
        possible possibly way ways want wanted wants wish like need needs needed help helps able know
        knows known anyone anybody someone somebody something anything everything everyone everybody
        thing things please thanks thank hi hello hey guys dear let lets tell make makes making made get
        gets getting got go goes going went use uses used using try tries tried trying allow allows
        allowed achieve accomplish manage option options method methods mean means actually really much
        many lot lots bit kind sort good best better great nice new now still yet ever never always
        sometimes since ago per via without within instead question questions answer answers idea ideas
        suggest suggestion suggestions recommend advice advise wondering wonder exist exists solution
        work works working happen happens happened seem seems currently simply easy easily easiest
        simple proper properly correct correctly think thought look looking looks find finding found see
        seen show come comes put take give given say says said id would regards appreciate appreciated
        inform information
        """
    ),
    polar_questions=(
        r"(?:can|could|does|did|is|are|was|were|would|should|must|shall|has)(?:n't)?\b(?!')"
        r"|(?:can't|won't|do|don't|have|haven't|am|any|anyone|may|will)(?!\w).*\?"
    ),
    other_questions=(
        r"(?:(?:to|in|at|for|with|by|from|on) )?(?:how|what|what's|who|whom|whose|which|when|where)|why|how come"
    ),
    polar_answers="yes|yep|yeah|no|nope|sure|certainly|absolutely",
    telling="tell|know|explain|say|understand",
    joining="and|but|or|so|then|also",
    endings=_words("d ll m re s t ve"),
    kin=_kin(
        """
        delete remove erase; picture photo image pic; e-mail email mail; sign-in signin login log-in
        logon; account profile; change modify edit alter; disable deactivate; enable activate; stop
        prevent block; hide conceal; display show; download save; video clip movie; phone mobile
        telephone cellphone smartphone; purchase buy; cheap inexpensive affordable; price cost fee;
        company firm; job work employment; house home; apartment flat; car vehicle; kid child; doctor
        physician; start begin; finish end; fix repair solve resolve; error bug fault issue problem;
        fast quick speedy; slow sluggish; document doc file; folder directory; site website webpage;
        post message; restore recover retrieve; cancel terminate; send forward; merge combine join; copy
        duplicate; automatically auto automatic; search find; list enumerate; add insert introduce;
        choose select pick; switch swap; link url; browser chrome firefox; application app program
        software; filter rule; oldest earliest first; newest latest last; conversation thread
        discussion; contact reach; transfer move migrate; bulk multiple several many; receiver recipient
        addressee; reply respond response; die death dead; export download; backup copy; website domain;
        owner ownership own; sound noise; symbol character sign; permission access right; figure image;
        favorite bookmark; computer laptop pc; collection library catalog; chat talk; bill invoice;
        broken damaged defective faulty; refund reimburse reimbursement; return exchange; shipping
        delivery shipment; connection network internet; password passcode pin; address location;
        contract subscription plan; customer client user; salary wage pay; school college; visit tour;
        trip travel; big large huge; small little tiny
        """
    ),
)

#: In order of preference when nothing tells them apart.
LANGUAGES: dict[str, Language] = {language.code: language for language in (ITALIAN, ENGLISH)}
