using System.Text.RegularExpressions;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>Maps failures to outcomes of a restore.</summary>
internal static partial class RestoreReasons
{
    public static RestoreOutcome Of(SnapshotException error) => error.Failure switch
    {
        SnapshotFailure.NotFound or SnapshotFailure.BeingRemoved =>
            new RestoreOutcome.Failed(Reasons.SnapshotMissing, error.Message),
        SnapshotFailure.Truncated or SnapshotFailure.ChecksumMismatch or SnapshotFailure.ManifestInvalid =>
            new RestoreOutcome.Failed(Reasons.SnapshotInvalid, error.Message),
        SnapshotFailure.ForeignSnapshot => new RestoreOutcome.Failed(Reasons.ForeignSnapshot, error.Message),
        SnapshotFailure.InvalidRequest or SnapshotFailure.NotAllowed =>
            new RestoreOutcome.Blocked(Reasons.InvalidSpec, error.Message),
        SnapshotFailure.IdentityMissing =>
            new RestoreOutcome.Blocked(
                Reasons.SecretMissing,
                Sentences.Join(
                    error.Message,
                    "Set spec.identitySecretRef to the age identity of one of the snapshot's recipients.")),
        SnapshotFailure.SecretMissing =>
            new RestoreOutcome.Blocked(Reasons.SecretMissing, error.Message) { MayArrive = true },
        SnapshotFailure.StorageUnusable => new RestoreOutcome.Blocked(Reasons.StorageUnusable, error.Message),
        SnapshotFailure.ReadOnlyServer => new RestoreOutcome.Blocked(Reasons.AccessDenied, error.Message),
        SnapshotFailure.ServerFull => new RestoreOutcome.Blocked(Reasons.NoSpace, error.Message),
        SnapshotFailure.Busy or SnapshotFailure.SessionRemains =>
            new RestoreOutcome.Waits(Reasons.SessionsOpen, error.Message),
        SnapshotFailure.ConnectionLost => new RestoreOutcome.Blocked(Reasons.ServerUnreachable, error.Message),
        _ => new RestoreOutcome.Failed(Reasons.RestoreFailed, error.Message),
    };

    public static RestoreOutcome Of(MySqlSessionException error, string address) => error switch
    {
        { IsTransient: true } =>
            new RestoreOutcome.Blocked(
                Reasons.ServerUnreachable,
                Sentences.Join($"{address}: {error.Message}", "The operator retries automatically.")),
        { Number: 1044 or 1045 or 1095 or 1130 or 1142 or 1143 or 1227 or 1251 or 1698 or 1820 or 1862 } =>
            new RestoreOutcome.Blocked(Reasons.AccessDenied, $"{address}: {error.Message}"),
        { Number: 1290 or 1792 or 1836 } =>
            new RestoreOutcome.Blocked(Reasons.AccessDenied, $"{address} is read-only: {error.Message}"),
        _ => new RestoreOutcome.Failed(Reasons.RestoreFailed, $"{address}: {error.Message}"),
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

    // The messages of the client for a connection that broke, was killed or could not be opened, or for a lock that was
    // not granted: clients that load rows side by side can block each other.
    [GeneratedRegex(
        @"ERROR (1053|1205|1213|1927|2002|2003|2006|2013|2055|2026)\b|Deadlock found|Lock wait timeout exceeded",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Lost();
}
