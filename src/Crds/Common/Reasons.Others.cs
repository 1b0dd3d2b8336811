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

    /// <summary>Nothing waits for an approval.</summary>
    public const string NotHeld = "NotHeld";

    /// <summary>Nothing has failed.</summary>
    public const string NotFailed = "NotFailed";

    /// <summary>
    /// Projects are not as before the upgrade; status.actionRequired lists them. Look at each in the console.
    /// </summary>
    public const string ProjectsDiffer = "ProjectsDiffer";

    /// <summary>Nothing was given to compare by; the list for a person is in status.actionRequired.</summary>
    public const string Unverifiable = "Unverifiable";

    /// <summary>Event: a step began.</summary>
    [ReasonGroup(10, "Events and entries of actionRequired")]
    public const string StepStarted = "StepStarted";

    /// <summary>Event: a step is done.</summary>
    public const string StepSucceeded = "StepSucceeded";

    /// <summary>Event: an idempotent step is tried again.</summary>
    public const string StepRetried = "StepRetried";

    /// <summary>
    /// Event: a newer operator wrote this status, so this operator leaves the object alone. Install the newer operator
    /// again.
    /// </summary>
    public const string OperatorTooOld = "OperatorTooOld";

    /// <summary>
    /// Event: the operator sends a password to a database server whose identity it does not verify; the message names
    /// the field. Set that field to VerifyIdentity, if the server offers TLS.
    /// </summary>
    public const string ServerUnverified = "ServerUnverified";

    /// <summary>
    /// docker_init.sh printed its success marker and ended with an exit code other than 0; Verify decides.
    /// </summary>
    public const string InitializedWithWarning = "InitializedWithWarning";

    /// <summary>Action: a project needs a look after the upgrade, as the message says.</summary>
    public const string ReviewProject = "ReviewProject";

    /// <summary>
    /// Action: a project that ran before the upgrade is stopped and was not resumed, as the message says. Resume it in
    /// the console.
    /// </summary>
    public const string ProjectNotResumed = "ProjectNotResumed";

    /// <summary>
    /// Action: high availability stays off as afterUpgrade says; links named in the message stay abnormal until
    /// started.
    /// </summary>
    public const string HighAvailabilityOff = "HighAvailabilityOff";

    /// <summary>
    /// Action: the new containers stay after the way back, stopped; remove them once nobody wants to look into them.
    /// </summary>
    public const string RemoveNewContainers = "RemoveNewContainers";

    /// <summary>
    /// Action: the way back dumped what it dropped into the BackupSnapshot named in the message, or could not; look at
    /// it, and delete it once it is not wanted any more.
    /// </summary>
    public const string ReviewSnapshot = "ReviewSnapshot";

    /// <summary>Action: the old containers stay, stopped; remove them once the upgrade is accepted.</summary>
    public const string RemoveOldContainers = "RemoveOldContainers";

    /// <summary>
    /// Event: five looks at this object in a row could not write what they decided. The message has the last answer of
    /// the API server. What runs on the targets is not stopped, nothing is started, and the operator retries with
    /// growing pauses.
    /// </summary>
    public const string WritesNotTaken = "WritesNotTaken";

    /// <summary>
    /// Event: the API server refused a status for its size or one of its texts; it was written with shortened texts.
    /// </summary>
    public const string StatusShortened = "StatusShortened";
}
