namespace Drydock.Lab.Accidents;

/// <summary>When an accident strikes.</summary>
/// <param name="Id">A stable name, for ledgers and test names.</param>
public abstract record AccidentMoment(string Id)
{
    /// <summary>
    /// Right before or right after the act with this number in the undisturbed run. The act is held until the strike is
    /// over.
    /// </summary>
    public static AccidentMoment AtAct(int number, FaultSide side) =>
        new ActMoment(
            FormattableString.Invariant($"{(side == FaultSide.Before ? "before" : "after")}-act-{number}"),
            point => point.Act.Number == number && point.Side == side);

    /// <summary>
    /// Right before or right after the first act that fits. The act is held until the strike is over.
    /// </summary>
    public static AccidentMoment AtFirst(string id, FaultSide side, Func<FaultAct, bool> fits) =>
        new ActMoment(id, point => point.Side == side && fits(point.Act));

    /// <summary>
    /// When status.step begins with a text (<c>InitMetadata/</c>), or when a step with this phase and verb runs
    /// (<c>PrepareImage/copy-jar</c>, on whatever node): the step was announced and has hardly acted yet.
    /// </summary>
    public static AccidentMoment AtStep(string step) =>
        new StatusMoment("step-" + step.Replace('/', '-').TrimEnd('-'), upgrade => IsAt(upgrade, step));

    /// <summary>When status.phase has a value; a final phase (<c>Succeeded</c>) is possible too.</summary>
    public static AccidentMoment AtPhase(string phase) =>
        new StatusMoment("phase-" + phase, upgrade => upgrade["status"]?["phase"]?.GetValue<string>() == phase);

    /// <summary>
    /// Right before or right after the first start of a command in a container, whichever step runs it. The command is
    /// named as in the ledger (<see cref="DockerFaultProxy.NameOf"/>): <c>drydock java</c>, <c>supervisorctl</c>.
    /// </summary>
    public static AccidentMoment AtCommand(string command, FaultSide side) => AtFirst(
        $"{(side == FaultSide.Before ? "before" : "after")}-command-{command.Replace(' ', '-')}", side,
        act => act.Target.EndsWith("/start " + command, StringComparison.Ordinal));

    /// <summary>
    /// While OMS works: as soon as its audit shows an event (<see cref="Oms.OmsEvents.InitStart"/>). The knobs give the
    /// work a duration.
    /// </summary>
    public static AccidentMoment During(string auditEvent) => new AuditMoment(auditEvent);

    /// <inheritdoc />
    public sealed override string ToString() => Id;

    /// <summary>
    /// Runs <paramref name="strike"/> once at the moment. The moment is armed when this method returns; the inner task
    /// ends when the strike is over.
    /// </summary>
    internal abstract Task<Task> ArmAsync(AccidentScene scene, Func<Task> strike, CancellationToken cancellationToken);

    private static bool IsAt(System.Text.Json.Nodes.JsonNode upgrade, string step)
    {
        if (upgrade["status"]?["step"]?.GetValue<string>().StartsWith(step, StringComparison.Ordinal) == true)
        {
            return true;
        }

        // status.step names one of the steps that run.
        return step.Split('/') is [var phase, { Length: > 0 } verb]
            && new[] { "plan", "rollbackPlan" }.SelectMany(plan => upgrade["status"]?[plan]?["steps"]?.AsArray() ?? [])
                .Any(x =>
                    x?["state"]?.GetValue<string>() == "Running" && x["id"]!.GetValue<string>().Split('/') is var id
                        && id[0] == phase && id[^1] == verb);
    }

    private static Task<Task> ByLedger(AccidentScene scene, Func<FaultPoint, bool> at, Func<Task> strike)
    {
        var struck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.Faults.Ledger.When(at, FaultAction.Call(async _ =>
        {
            try
            {
                await strike();
                struck.TrySetResult();
            }
            catch (Exception exception)
            {
                struck.TrySetException(exception);
                throw;
            }
        }));
        return Task.FromResult<Task>(struck.Task);
    }

    private sealed record ActMoment(string Name, Func<FaultPoint, bool> At) : AccidentMoment(Name)
    {
        internal override Task<Task> ArmAsync(
            AccidentScene scene, Func<Task> strike, CancellationToken cancellationToken) =>
            ByLedger(scene, At, strike);
    }

    private sealed record StatusMoment(
        string Name, Func<System.Text.Json.Nodes.JsonNode, bool> At) : AccidentMoment(Name)
    {
        internal override Task<Task> ArmAsync(
            AccidentScene scene, Func<Task> strike, CancellationToken cancellationToken)
        {
            async Task FollowAsync()
            {
                await scene.Stage.WaitForAsync(
                    scene.Space, At, TimeSpan.FromMinutes(10), scene.Upgrade, cancellationToken);
                await strike();
            }

            return Task.FromResult(FollowAsync());
        }
    }

    private sealed record AuditMoment(string Event) : AccidentMoment("during-" + Event)
    {
        internal override async Task<Task> ArmAsync(
            AccidentScene scene, Func<Task> strike, CancellationToken cancellationToken)
        {
            var before = await scene.Stage.Oms.CountAsync(Event);
            async Task WatchAsync()
            {
                await Deadline.UntilAsync(
                    $"OMS to record {Event}", async _ => await scene.Stage.Oms.CountAsync(Event) > before,
                    TimeSpan.FromMinutes(10), cancellationToken: cancellationToken);
                await strike();
            }

            return WatchAsync();
        }
    }
}
