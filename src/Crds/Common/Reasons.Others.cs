namespace Drydock.Crds.Common;

/// <content>Reasons of milestones, events and entries of actionRequired.</content>
public static partial class Reasons
{
    /// <summary>The milestone is reached.</summary>
    [ReasonGroup(6, "Milestones and others")]
    public const string Done = "Done";

    /// <summary>The milestone is not reached yet.</summary>
    public const string NotYet = "NotYet";

    /// <summary>This upgrade does not need the milestone's phase.</summary>
    public const string NotNeeded = "NotNeeded";

    /// <summary>No approval is needed.</summary>
    public const string NotHeld = "NotHeld";

    /// <summary>Nothing has failed.</summary>
    public const string NotFailed = "NotFailed";

    /// <summary>Projects differ from their state before the upgrade. status.actionRequired lists them. Check each of
    /// them in the console.</summary>
    public const string ProjectsDiffer = "ProjectsDiffer";

    /// <summary>The spec names no credentials of the API to compare with. status.actionRequired lists what to
    /// check.</summary>
    public const string Unverifiable = "Unverifiable";

    /// <summary>Event: a step started.</summary>
    [ReasonGroup(10, "Events and entries of actionRequired")]
    public const string StepStarted = "StepStarted";

    /// <summary>Event: a step finished.</summary>
    public const string StepSucceeded = "StepSucceeded";

    /// <summary>Event: an idempotent step is retried.</summary>
    public const string StepRetried = "StepRetried";

    /// <summary>Event: the time is stored after which spec.cleanup.after removes what a rollback needs
    /// (status.cleanupAt).</summary>
    public const string CleanupAnnounced = "CleanupAnnounced";

    /// <summary>Event, and an entry of actionRequired: a step counts as done although it had failed, because an
    /// administrator accepted its result, or because its failure is only listed.</summary>
    public const string ResultAccepted = "ResultAccepted";

    /// <summary>Event: an acceptance had no effect. The message says why. Read status.message and accept what it
    /// names.</summary>
    public const string AcceptIgnored = "AcceptIgnored";

    /// <summary>Event: the operator sends a password to a database server whose identity it does not verify; the
    /// message names the field. Set that field to VerifyIdentity or VerifyCA, if the server offers TLS.</summary>
    public const string ServerUnverified = "ServerUnverified";

    /// <summary>docker_init.sh printed its success marker but ended with an exit code other than 0. The phase Verify
    /// decides whether the upgrade continues.</summary>
    public const string InitializedWithWarning = "InitializedWithWarning";

    /// <summary>Action: what the vendor's guide for the new version tells the administrator to do or know.</summary>
    public const string VersionAdvice = "VersionAdvice";

    /// <summary>Action: check a project after the upgrade, as the message says.</summary>
    public const string ReviewProject = "ReviewProject";

    /// <summary>Action: a project that ran before the upgrade is suspended or has failed, as the message says. Resume
    /// it in the console.</summary>
    public const string ProjectNotResumed = "ProjectNotResumed";

    /// <summary>Action: high availability stays off, as afterUpgrade says. The links that the message names stay
    /// abnormal until you start them.</summary>
    public const string HighAvailabilityOff = "HighAvailabilityOff";

    /// <summary>Action: after the rollback the new containers are kept, stopped. Remove them once you no longer need
    /// them.</summary>
    public const string RemoveNewContainers = "RemoveNewContainers";

    /// <summary>Action: before the rollback dropped databases, it dumped them into the BackupSnapshot that the message
    /// names, or could not do so. Check it, and delete it once you no longer need it.</summary>
    public const string ReviewSnapshot = "ReviewSnapshot";

    /// <summary>Action: the old containers are kept, stopped. Remove them once you have accepted the upgrade.</summary>
    public const string RemoveOldContainers = "RemoveOldContainers";

    /// <summary>Event: the operator could not write the status of this object five times in a row. The message has the
    /// last answer of the API server. Running work on the targets is not stopped, nothing is started, and the operator
    /// retries with growing pauses.</summary>
    public const string WritesNotTaken = "WritesNotTaken";

    /// <summary>Event: the API server refused a status because of its size or one of its texts. It was written with
    /// shortened texts.</summary>
    public const string StatusShortened = "StatusShortened";
}
