using Drydock.Crds.Controllers;
using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What the flows decide for a turn, without a world; and that a decision is carried out over the versions
/// that it was made from.</summary>
public sealed class TurnTests : IReconcileTrigger
{
    private static readonly ClaimHolder Other = new("ToyRun toys/other", "another", IsGone: false, "drydock/lease");

    private readonly ToyRunWorld _world = new ToyRunWorld().Apply();
    private readonly ToyRunKind _kind;
    private readonly RunFrame _frame;

    private PreflightFlow Preflight => new(_frame, static _ => Decision.Waits);

    public TurnTests()
    {
        _kind = new ToyRunKind(_world.Truth);
        var services = new ControllerServices
        {
            Kubernetes = _world.Api,
            Claims = new TargetClaims(_world.Api, "drydock", _world.Time),
            Fence = new LeadershipFence(elector: null),
            Events = _world.Events,
            Time = _world.Time,
            Loggers = _world.Logs,
        };
        _frame = new RunFrame(_kind, services, this, static _ => Task.CompletedTask);
    }

    void IReconcileTrigger.Wake(string? @namespace, string name)
    {
    }

    [Fact]
    public async Task Each_write_goes_over_the_version_that_the_one_before_returned()
    {
        var versions = new List<string?>();
        await RunAsync(turn => Say(turn, "one", one => Say(one, "two", two =>
        {
            versions.AddRange(
                [turn.Metadata.ResourceVersion, one.Metadata.ResourceVersion, two.Metadata.ResourceVersion]);
            return Decision.Over;
        })));
        versions.Distinct().Count().ShouldBe(3);
        (_world.Found!.Metadata.ResourceVersion, _world.Status.Message).ShouldBe((versions[2], "two"));
    }

    [Fact]
    public async Task Status_is_not_written_over_another_version()
    {
        await Should.ThrowAsync<KubernetesConflictException>(RunAsync(turn => Say(turn, "one", one =>
        {
            _world.Edit(s => s with { Paused = true });
            return Say(one, "two", static _ => throw new InvalidOperationException("the turn has ended"));
        })));
        _world.Status.Message.ShouldBe("one");
    }

    [Fact]
    public async Task Finalizer_is_not_taken_over_another_version()
    {
        await Should.ThrowAsync<KubernetesConflictException>(RunAsync(turn =>
        {
            _world.Edit(s => s with { Paused = true });
            return Decision.TakeFinalizer(_ => Say(turn, "one", static _ => Decision.Over));
        }));
        (_world.Found!.Metadata.Finalizers?.Count ?? 0, _world.Status.Message).ShouldBe((0, null));
    }

    [Fact]
    public async Task Finalizer_is_not_dropped_over_another_version()
    {
        await RunAsync(static _ => Decision.TakeFinalizer(static _ => Decision.Over));
        await Should.ThrowAsync<KubernetesConflictException>(RunAsync(_ =>
        {
            _world.Edit(s => s with { Paused = true });
            return Decision.DropFinalizer(static _ => Decision.Over);
        }));
        _world.Found!.Metadata.Finalizers.ShouldBe([Labels.UpgradeFinalizer]);
    }

    [Fact]
    public async Task What_follows_an_end_sees_the_turn_of_the_last_write()
    {
        var step = await RunAsync(turn => Say(turn, "one", static _ => Decision.AtOnce)
            .Then(static (at, inner) => Decision.End(inner with { IsOver = at.Status.Message == "one" }))
            .Then(
                static (_, inner) => Decision.End(inner with { After = TimeSpan.FromMinutes(inner.IsOver ? 5 : 1) })));
        step.ShouldBe(new RunStep(IsOver: true, TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void Run_that_is_too_late_is_only_reported()
    {
        var turn = TurnOf(s => s with { NotAfter = _world.Time.GetUtcNow().AddHours(-1) });
        Walk(Preflight.Advance(turn), turn).ShouldBe(["write Preflight TooLate", "end"]);
    }

    [Fact]
    public void Target_is_recorded_before_it_is_claimed_and_the_plan_is_stored_after_that()
    {
        var turn = Discovered(TurnOf());
        Walk(Preflight.Advance(turn), turn).ShouldBe(
        [
            "Release", "HolderOf", "StoreLists", "take finalizer", "write", "ClaimOf", "write Prepare Running",
            "HolderOf",
            "end 1",
        ]);
        turn.Session.ClaimSeen.ShouldBeTrue();
    }

    [Fact]
    public void Target_of_another_is_waited_for_without_a_plan()
    {
        var turn = Discovered(TurnOf());
        Walk(Preflight.Advance(turn), turn, claimed: Other).ShouldBe(
        [
            "Release", "HolderOf", "StoreLists", "take finalizer", "write", "ClaimOf", "write Preflight TargetBusy",
            "end 5000",
        ]);
        turn.Session.ClaimSeen.ShouldBeFalse();
    }

    [Fact]
    public void Plan_that_is_only_shown_claims_nothing()
    {
        var turn = Discovered(TurnOf(s => s with { Approval = ApprovalPolicy.Manual }));
        Walk(Preflight.Advance(turn), turn).ShouldBe(
            ["Release", "StoreLists", "write Planned PlanReady", "end 600000"]);
    }

    [Fact]
    public void Claim_is_released_before_the_status_says_so_and_the_finalizer_goes_last()
    {
        var plan = new ToyRunDiscovery(ToyRunDiscovery.Target).Compile(new ToyRunSpec());
        var done = PlanProgress.Of(
            plan, plan.Steps.ConvertAll(s => new Step(s, StepRecord.None with { State = StepState.Succeeded })), []);
        var turn = TurnOf(status: new ToyRunStatus
        {
            Plan = done,
            Target =
                new TargetStatus { Identity = ToyRunDiscovery.Target, Claim = "lease", ClaimNamespace = "drydock" },
        });
        Walk(new CompletionFlow(_frame, new RollbackFlow(_frame)).Succeeded(turn)!, turn).ShouldBe(
            ["Release", "write Succeeded SucceededWithActions", "drop finalizer", "end over"]);
    }

    private static Decision Say(Turn turn, string message, Func<Turn, Decision> next) =>
        Decision.Write(turn.Status with { Message = message, Phase = RunPhases.Preflight }, next);

    private Task<RunStep> RunAsync(Func<Turn, Decision> decide) => new TurnRunner<ToyRun>(_frame, _world.Writer)
        .RunAsync(new RunSession(), _world.Found!, decide, CancellationToken.None);

    private Turn TurnOf(Func<ToyRunSpec, ToyRunSpec>? change = null, ToyRunStatus? status = null)
    {
        var entity = _world.Found!;
        return _frame.TurnOf(
            new RunSession(),
            _kind.Form.Read(
                entity with { Spec = change is null ? entity.Spec : change(entity.Spec), Status = status }));
    }

    private static Turn Discovered(Turn turn)
    {
        turn.Session.PreflightKey = PreflightFlow.KeyOf(turn);
        turn.Session.Preflight = Task.FromResult(
            new PreflightResult<IRunDiscovery>(new ToyRunDiscovery(ToyRunDiscovery.Target), []));
        return turn;
    }

    // What is decided, in its order, if nobody else has the target and every write is taken.
    private List<string> Walk(Decision decision, Turn turn, ClaimHolder? claimed = null)
    {
        var told = new List<string>();
        while (true)
        {
            switch (decision)
            {
                case Decision.Writing(var status, var next):
                    var reason = status.Conditions.Find(c => c.Type == ConditionTypes.Ready)?.Reason;
                    told.Add($"write {(reason is null ? "" : status.Phase)} {reason}".TrimEnd());
                    turn = _frame.TurnOf(turn.Session, turn.Entity with { Status = status });
                    decision = next(turn);
                    break;
                case Decision.Finalizing(var wanted, var next):
                    told.Add(wanted ? "take finalizer" : "drop finalizer");
                    decision = next(turn);
                    break;
                case Decision.Acting<ClaimHolder?> act:
                    told.Add(act.Effect.GetType().Name);
                    decision = act.Next(claimed);
                    break;
                case Decision.Acting<(ClaimTarget, ClaimHolder)?> act:
                    told.Add(act.Effect.GetType().Name);
                    decision = act.Next(null);
                    break;
                case Decision.Acting<(RunStatus?, Finding?)> act:
                    told.Add(act.Effect.GetType().Name);
                    decision = act.Next((((StoreLists)(object)act.Effect).Learned, null));
                    break;
                case Decision.Acting<bool> act:
                    told.Add(act.Effect.GetType().Name);
                    decision = act.Next(true);
                    break;
                case Decision.Ended(var step):
                    told.Add($"end{(step.IsOver ? " over" : "")} {step.After?.TotalMilliseconds}".TrimEnd());
                    return told;
                default:
                    throw new InvalidOperationException($"{decision.GetType().Name} was not expected.");
            }
        }
    }
}
