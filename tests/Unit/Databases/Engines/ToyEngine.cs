namespace Drydock.Tests.Unit.Databases;

/// <summary>
/// An engine of three processes and two steps: each process is swapped in turn, then the cluster is asked for its
/// version.
/// </summary>
internal sealed class ToyEngine : IDatabaseEngine, IEngineReport
{
    public const DatabaseEngine Toy = (DatabaseEngine)99;
    private const string Swap = nameof(SwapToy);
    private const string Verify = nameof(VerifyToy);

    /// <summary>The world: the version of each process.</summary>
    public Dictionary<string, string> Versions { get; } =
        new(StringComparer.Ordinal) { ["n1"] = "1.0.0", ["n2"] = "1.0.0", ["n3"] = "1.0.0" };

    /// <summary>The processes that the cluster no longer knows.</summary>
    public HashSet<string> Gone { get; } = new(StringComparer.Ordinal);

    /// <summary>The processes whose hosts cannot be reached.</summary>
    public HashSet<string> Unreachable { get; } = new(StringComparer.Ordinal);

    /// <summary>What was done, in order.</summary>
    public List<string> Acts { get; } = [];

    public IReadOnlyList<DatabaseEngine> Names { get; } = [Toy];

    public EngineSettings Settings { get; } = new(
        "spec.toy.credentialsSecretRef", static _ => null, static _ => SwapMethod.ReplaceBinary, static _ => null);

    public IEngineReport Report => this;

    public IEngineTargets Bind(EngineContext context) => new Targets(this, context);

    public StepRegistry Steps { get; } = new(typeof(SwapToy), typeof(VerifyToy));

    /// <summary>A step before which every run waits for an approval.</summary>
    public string? HeldStep { get; set; }

    public ImpliedHold? Hold(DatabaseRollingUpgradeSpec spec, PlanProgress plan) =>
        HeldStep is { } step ? new ImpliedHold(step, "the toy waits for you, spec.toy.finalize: Manual") : null;

    public IEngineUndo Undo(DatabaseRollingUpgradeSpec spec, PlanProgress plan) => new ToyUndo(this, spec);

    public DatabaseRollingUpgradeStatus Summarize(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        status with
        {
            Instances = [.. Versions.Select(v => new DatabaseInstanceStatus { Name = v.Key, Version = v.Value })],
            ActionRequired = []
        };

    public IReadOnlyList<ActionItem> LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        [];

    public bool IsDraining(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) => false;

    private IEnumerable<PlannedStep> Swaps(string version, string phase)
    {
        var before = "";
        foreach (var node in Versions.Keys)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{phase}/{node}");
            yield return new PlannedStep
            {
                Id = id,
                Node = node,
                Action = Swap,
                After = before.Length > 0 ? [before] : [],
                Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["to"] = version },
            };
            before = id;
        }
    }

    [Effect(Effect.Changes)]
    [Effect(Effect.EndsUndo)]
    private abstract class SwapToy;

    private abstract class VerifyToy : IWaitsOnly;

    private sealed class Targets(ToyEngine engine, EngineContext context)
        : IEngineTargets, IStepCatalog, IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
    {
        public IStepCatalog Catalog => this;

        public string TargetIdentity => "toy-cluster";

        public string TargetDescription => "a toy of three processes";

        public Task<FoundMembers> FindMembersAsync(MemberSearch search, CancellationToken cancellationToken) =>
            Task.FromResult(new FoundMembers([], []));

        public Task<IReadOnlyList<string>> VersionsAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken) =>
            Task.FromResult(new PreflightResult<IRunDiscovery>(this, [], TargetIdentity));

        public Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
            Task.FromResult(engine.Gone.Contains(instance.Name) ? null : $"the cluster still lists {instance.Name}.");

        public Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
            Task.FromResult(
                engine.Versions.ContainsKey(instance.Name) ? null : $"the cluster does not list {instance.Name}.");

        public Task<ParkedStateResult> CleanUpAsync(
            DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
            Task.FromResult(ParkedStateResult.Nothing);

        public Plan Compile(DatabaseRollingUpgradeSpec spec)
        {
            var swaps = engine.Swaps(spec.ToVersion, "Upgrade").ToList();
            var verify = new PlannedStep
            {
                Id = "Verify/cluster",
                Action = Verify,
                After = [swaps[^1].Id],
                Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["to"] = spec.ToVersion },
            };
            return new Plan { Steps = [.. swaps, verify] };
        }

        public DatabaseRollingUpgradeStatus Learn(
            DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) =>
            engine.Summarize(spec, status);

        public IStepAction Action(PlannedStep step) => new ToyAction(engine, context, step.Action);

        public IGuardCheck Guard(PlannedGuard guard) => throw new KeyNotFoundException(guard.Check);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed record ToyUndo(ToyEngine Engine, DatabaseRollingUpgradeSpec Spec) : IEngineUndo
    {
        public string? Refusal => null;

        public Plan Rollback(IReadOnlyList<string> notes) =>
            new() { Steps = [.. Engine.Swaps(Spec.FromVersion, "RollBack")], Notes = [.. notes] };
    }

    private sealed class ToyAction(ToyEngine engine, EngineContext context, string name) : IStepAction
    {
        public Task<Observation> ObserveAsync(StepContext step, CancellationToken cancellationToken)
        {
            if (step.Step.Node is { } lost && engine.Unreachable.Contains(lost))
            {
                throw new HostException(lost, Reasons.HostUnreachable, $"{lost} cannot be reached.");
            }

            var to = step.Step.Parameters["to"];
            var isDone =
                step.Step.Node is { } node ? engine.Versions[node] == to : engine.Versions.Values.All(v => v == to);
            return Task.FromResult<Observation>(isDone ? new Observation.Done() : name == Verify
                ? new Observation.Running("versions differ")
                : new Observation.NotStarted("not begun"));
        }

        public Task<IReadOnlyDictionary<string, string>> PrepareAsync(
            StepContext step, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<string, string>>(
                new Dictionary<string, string>(StringComparer.Ordinal));

        public Task ActAsync(StepContext step, CancellationToken cancellationToken)
        {
            context.EnsureMayAct();
            engine.Acts.Add($"{step.Step.Id} {step.Step.Parameters["to"]}");
            engine.Versions[step.Step.Node!] = step.Step.Parameters["to"];
            return Task.CompletedTask;
        }

        public Task WaitAsync(StepContext step, CancellationToken cancellationToken) =>
            Task.Delay(TimeSpan.FromSeconds(1), step.Time, cancellationToken);
    }
}
