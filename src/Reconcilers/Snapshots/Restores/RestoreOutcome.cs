using System.Text.RegularExpressions;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>The ways in which a job of a restore ends.</summary>
internal enum RestoreEnd
{
    Restored,

    /// <summary>It waits for its approval; nothing was changed.</summary>
    Planned,

    /// <summary>It was told to start no other database.</summary>
    Stopped,

    /// <summary>It continues automatically when the condition in the message is met; the operator checks
    /// again.</summary>
    Waits,

    /// <summary>It needs a repair outside the object; the operator checks again automatically.</summary>
    Blocked,

    /// <summary>It ended; a change of the spec or a retry token resumes it.</summary>
    Failed,

    /// <summary>Another operator has taken over the restore.</summary>
    Superseded,
}

/// <summary>The result of a job of a restore.</summary>
/// <param name="Message">Whole sentences for status.</param>
internal sealed record RestoreOutcome(RestoreEnd End, string Reason, string Message)
{
    public static RestoreOutcome Superseded { get; } =
        new(RestoreEnd.Superseded, Reasons.Pending, "Another operator has taken over the restore.");

    /// <summary>What is missing may be created yet, while the object is new.</summary>
    public bool MayArrive { get; init; }

    /// <summary>The hold of a restore that waits for its approval.</summary>
    public HoldStatus? Hold { get; init; }

    public static RestoreOutcome Stopped(string message) => new(RestoreEnd.Stopped, Reasons.Paused, message);
}

/// <summary>Ends a job with an outcome, whose message it has.</summary>
internal sealed class RestoreStopException(RestoreOutcome outcome) : Exception(outcome.Message)
{
    public RestoreOutcome Outcome => outcome;

    public static RestoreStopException Waits(string reason, string message) =>
        new(new RestoreOutcome(RestoreEnd.Waits, reason, message));

    public static RestoreStopException Blocked(string reason, string message, bool mayArrive = false) =>
        new(new RestoreOutcome(RestoreEnd.Blocked, reason, message) { MayArrive = mayArrive });

    public static RestoreStopException Failed(string reason, string message, bool mayArrive = false) =>
        new(new RestoreOutcome(RestoreEnd.Failed, reason, message) { MayArrive = mayArrive });
}

/// <summary>Maps failures to outcomes of a restore.</summary>
internal static partial class RestoreReasons
{
    /// <summary>The outcome of a job that ended so; null for a failure that is not expected.</summary>
    public static RestoreOutcome? Of(Exception error) => error switch
    {
        RestoreStopException stop => stop.Outcome,
        OperationCanceledException => RestoreOutcome.Superseded,
        SnapshotException { Failure: var failure } => Of(failure, error.Message),
        MySqlSessionException sql => Of(sql),
        IOException or UnauthorizedAccessException =>
            new RestoreOutcome(RestoreEnd.Blocked, Reasons.StorageUnusable, error.Message),

        // This process must not act now, or the API server was unavailable: the next check starts from the observed
        // state.
        ActRefusedException or KubernetesException =>
            new RestoreOutcome(RestoreEnd.Waits, Reasons.Pending, error.Message),
        _ => null,
    };

    public static RestoreOutcome Of(SnapshotFailure failure, string message) => failure switch
    {
        SnapshotFailure.Busy or SnapshotFailure.SessionRemains =>
            new RestoreOutcome(RestoreEnd.Waits, Reasons.SessionsOpen, message),
        SnapshotFailure.ConnectionLost => new RestoreOutcome(RestoreEnd.Blocked, Reasons.ServerUnreachable, message),
        SnapshotFailure.IdentityMissing => new RestoreOutcome(
            RestoreEnd.Blocked,
            Reasons.SecretMissing,
            Sentences.Join(
                message, "Set spec.ageIdentitySecretRef to the age identity of one of the snapshot's recipients.")),
        SnapshotFailure.InvalidRequest or SnapshotFailure.NotAllowed or SnapshotFailure.SecretMissing
            or SnapshotFailure.StorageUnusable or SnapshotFailure.ReadOnlyServer or SnapshotFailure.ServerFull =>
            new RestoreOutcome(RestoreEnd.Blocked, SnapshotReasons.Of(failure), message)
            {
                MayArrive = failure == SnapshotFailure.SecretMissing,
            },
        SnapshotFailure.NotFound or SnapshotFailure.BeingRemoved or SnapshotFailure.Truncated
            or SnapshotFailure.ChecksumMismatch or SnapshotFailure.ManifestInvalid or SnapshotFailure.ForeignSnapshot =>
            new RestoreOutcome(RestoreEnd.Failed, SnapshotReasons.Of(failure), message),
        _ => new RestoreOutcome(RestoreEnd.Failed, Reasons.RestoreFailed, message),
    };

    public static bool IsPassing(Exception error) => error switch
    {
        SnapshotException
        {
            Failure: SnapshotFailure.ConnectionLost or SnapshotFailure.Busy or SnapshotFailure.SessionRemains,
        } => true,
        SnapshotException { Failure: SnapshotFailure.LoadFailed } e => Lost().IsMatch(e.Message),
        MySqlSessionException e => e.IsTransient,
        IOException or TimeoutException => true,
        _ => false,
    };

    private static RestoreOutcome Of(MySqlSessionException error) => error switch
    {
        { IsTransient: true } => new RestoreOutcome(
            RestoreEnd.Blocked,
            Reasons.ServerUnreachable,
            Sentences.Join($"the server: {error.Message}", "The operator retries automatically.")),
        { Number: 1044 or 1045 or 1095 or 1130 or 1142 or 1143 or 1227 or 1251 or 1698 or 1820 or 1862 } =>
            new RestoreOutcome(RestoreEnd.Blocked, Reasons.AccessDenied, $"the server: {error.Message}"),
        { Number: 1290 or 1792 or 1836 } => new RestoreOutcome(
            RestoreEnd.Blocked, Reasons.AccessDenied, $"the server is read-only: {error.Message}"),
        _ => new RestoreOutcome(RestoreEnd.Failed, Reasons.RestoreFailed, $"the server: {error.Message}"),
    };

    // The messages of the client for a connection that broke, was killed or could not be opened, or for a lock that was
    // not granted: clients that load rows side by side can block each other.
    [GeneratedRegex(
        @"ERROR (1053|1205|1213|1927|2002|2003|2006|2013|2055|2026)\b|Deadlock found|Lock wait timeout exceeded",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Lost();
}
