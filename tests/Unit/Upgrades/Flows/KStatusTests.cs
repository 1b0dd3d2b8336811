using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Drydock.Reconcilers.Snapshots;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>
/// What kstatus makes of every status that a composer can make: every outcome with every reason and flag, deleted or
/// not, of the present generation, an earlier one or none.
/// </summary>
public sealed class KStatusTests
{
    private const long Present = 3;

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly bool[] Both = [false, true];
    private static readonly IReadOnlyList<string> AllReasons =
        [.. typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral)
            .Select(f => (string)f.GetRawConstantValue()!)];

    [Fact]
    public void Upgrade_is_in_progress_only_while_it_works_or_waits()
    {
        var count = 0;
        foreach (var (summary, deleted) in Summaries().SelectMany(s => Both.Select(d => (s, d))))
        {
            var status = ComposeRun(summary, new ToyRunStatus(), deleted);
            count += Check(
                summary, deleted,
                (metadata, s) => Json(new ToyRun { Metadata = metadata, Status = s }, ToyRunContext.Default.ToyRun),
                status);
        }

        count.ShouldBeGreaterThan(4_000);
    }

    // A status is composed from the former one: nothing of it may remain that contradicts the new one.
    [Fact]
    public void Verdict_does_not_depend_on_the_former_status()
    {
        var few = Summaries().Where(s => s.Reason is Reasons.Held or Reasons.RolledBack or Reasons.StepFailed).ToList();
        foreach (var former in few)
        {
            foreach (var summary in few)
            {
                var status = ComposeRun(
                    summary, ComposeRun(former, new ToyRunStatus(), deleted: false), deleted: false);
                Check(
                    summary, deleted: false,
                    (metadata, s) => Json(new ToyRun { Metadata = metadata, Status = s }, ToyRunContext.Default.ToyRun),
                    status);
            }
        }
    }

    [Fact]
    public void Snapshot_is_in_progress_only_while_it_works_or_waits()
    {
        foreach (var (summary, deleted) in Summaries().Where(s => s.State != RunState.RolledBack)
            .SelectMany(s => Both.Select(d => (s, d))))
        {
            var snapshot = new BackupSnapshot { Metadata = Metadata(deleted) };
            var status = SnapshotStatusComposer.WithConditions(snapshot, new BackupSnapshotStatus(), summary, Now);
            Check(summary, deleted, (metadata, s) => Json(
                snapshot with { Metadata = metadata, Status = s }, CrdsJsonContext.Default.BackupSnapshot), status);
        }
    }

    [Fact]
    public void Expired_snapshot_is_current_and_not_usable()
    {
        var snapshot = new BackupSnapshot
        {
            Metadata = Metadata(deleted: false),
            Status = new BackupSnapshotStatus { Verified = SnapshotVerification.ReadBack }
        };
        var status = SnapshotStatusComposer.Expiry(
            snapshot, BackupSnapshotPhases.Expired, Reasons.Expired, "Removed.", Now);

        Verdict(Json(snapshot with { Status = status }, CrdsJsonContext.Default.BackupSnapshot))
            .ShouldBe(KStatus.Current);
        status.Conditions.Single(c => c.Type == ConditionTypes.Usable).Status.ShouldBe("False");
        status.Conditions.Single(c => c.Type == ConditionTypes.Ready).Reason.ShouldBe(Reasons.Expired);
    }

    [Fact]
    public void Restore_is_in_progress_only_while_it_works_or_waits()
    {
        foreach (var (end, deleted, reason) in Enum.GetValues<RestoreEnd>().SelectMany(
            e => Both.SelectMany(d => AllReasons.Select(r => (e, d, r)))))
        {
            var outcome = new RestoreOutcome(end, reason, "What happened.");
            var restore = new SnapshotRestore { Metadata = Metadata(deleted) };
            var state = end switch
            {
                RestoreEnd.Restored => RunState.Succeeded,
                RestoreEnd.Planned => RunState.Held,
                RestoreEnd.Blocked or RestoreEnd.Failed => RunState.Stalled,
                _ => RunState.Working,
            };
            var status = RestoreStatusComposer.Ended(restore, new SnapshotRestoreStatus(), outcome, Now);
            Check(new RunOutcome(state, "", reason, ""), deleted, (metadata, s) => Json(
                restore with { Metadata = metadata, Status = s }, CrdsJsonContext.Default.SnapshotRestore), status);
        }
    }

    [Fact]
    public void Object_that_nobody_has_looked_at_is_in_progress() =>
        Verdict(Json(new ToyRun
        {
            Metadata = Metadata(deleted: false),
            Status = new ToyRunStatus { ObservedGeneration = ObservedStatus.NotObserved }
        }, ToyRunContext.Default.ToyRun))
            .ShouldBe(KStatus.InProgress);

    private static IEnumerable<RunOutcome> Summaries() =>
        from state in Enum.GetValues<RunState>()
        from reason in AllReasons
        from held in state is RunState.Working or RunState.Held or RunState.Failed ? Both : [false]
        from back in state is RunState.Stalled or RunState.Failed ? Both : [state == RunState.RolledBack]
        select new RunOutcome(state, back ? RunPhases.RolledBack : RunPhases.Preflight, reason, "What happened.")
        {
            Held = held
        };

    private static ToyRunStatus ComposeRun(RunOutcome summary, ToyRunStatus before, bool deleted)
    {
        var kind = new ToyRunKind(new ToyRunTruth());
        return (ToyRunStatus)new StatusProjection(kind, PlanNumbers.NewId).Compose(
            kind.Form.Read(new ToyRun { Metadata = Metadata(deleted), Spec = new ToyRunSpec(), Status = before }),
            before with { Plan = new StoredPlan { Hash = "sha256:0123456789abcdef" }.AsRun() },
            summary,
            Now);
    }

    private static int Check<TStatus>(
        RunOutcome outcome, bool deleted, Func<V1ObjectMeta, TStatus, JsonNode> write, TStatus status)
        where TStatus : ObservedStatus
    {
        status.Conditions.Count(c => c is { Type: "Ready" or "Reconciling" or "Stalled", Status: "True" })
            .ShouldBe(1, status.Message);
        var expected = outcome.State switch
        {
            RunState.Succeeded or RunState.RolledBack => KStatus.Current,
            RunState.Failed or RunState.OutcomeUnknown or RunState.TargetChanged or RunState.Stalled => KStatus.Failed,
            _ => KStatus.InProgress,
        };
        Verdict(write(Metadata(deleted), status)).ShouldBe(deleted ? KStatus.Terminating : expected, status.Message);
        Verdict(write(Metadata(deleted) with { Generation = Present + 1 }, status))
            .ShouldBe(deleted ? KStatus.Terminating : KStatus.InProgress, status.Message);
        return 2;
    }

    private static V1ObjectMeta Metadata(bool deleted) => new()
    {
        Name = "up",
        Namespace = "toys",
        Generation = Present,
        DeletionTimestamp = deleted ? Now.UtcDateTime : null,
    };

    private static string Verdict(JsonNode entity) => KStatus.Of(entity);

    private static JsonNode Json<T>(T entity, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(entity, type)!;
}
