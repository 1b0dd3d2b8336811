namespace Drydock.Lab.Databases.Scenarios;

/// <summary>
/// The real parts around a database upgrade: control plane with CRDs and RBAC, operators as processes, namespaces with
/// Secrets. The clusters are <see cref="IDatabaseScenario"/>s in the same <see cref="Run"/>; there may be several.
/// </summary>
/// <example>
/// <code>
/// await using var stage = await DatabaseStage.StartAsync(new() { Checkout = …, OperatorAssembly = … });
/// await using var scenario = await TiDbScenario.StartAsync(stage.Run);
/// await using var op = stage.StartOperator();
/// var space = await stage.NewNamespaceAsync(scenario);
/// await using var load = await DatabaseLoad.StartAsync(scenario);
/// await stage.ApplyAsync(scenario.Manifest(space));
/// var done = await stage.WaitForAsync(space, scenario, x => x.IsOver("Succeeded"));
/// await load.EndAsync();
/// load.PerPhase(done).Sum(p => p.Failed).ShouldBe(0);
/// (await scenario.ViolationsAsync()).ShouldBeEmpty();
/// </code>
/// </example>
public sealed class DatabaseStage : IAsyncDisposable
{
    /// <summary>The name of the resource for kubectl.</summary>
    public const string Resource = Plural + ".drydock.dev";

    private const string Plural = "databaserollingupgrades";

    private readonly bool _ownsRun;

    private DatabaseStage(LabRun run, bool ownsRun)
    {
        Run = run;
        _ownsRun = ownsRun;
    }

    public LabRun Run { get; }

    public ControlPlane ControlPlane { get; private set; } = null!;

    /// <summary>Operators, objects, Secrets.</summary>
    public OperatorStage Operator { get; private set; } = null!;

    /// <summary>
    /// The proxy between the operator and the API server; null without <see cref="DatabaseStageOptions.Faults"/>.
    /// </summary>
    public KubeFaultProxy? Proxy { get; private set; }

    /// <summary>Starts all parts except clusters.</summary>
    public static async Task<DatabaseStage> StartAsync(
        DatabaseStageOptions options, LabRun? run = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var stage = new DatabaseStage(
            run ?? await LabRun.StartAsync(cancellationToken: cancellationToken), run is null);
        try
        {
            stage.ControlPlane = await ControlPlane.StartAsync(stage.Run, cancellationToken: cancellationToken);
            stage.Proxy = options.Faults ? new KubeFaultProxy(stage.Run, stage.ControlPlane) : null;
            stage.Operator = await OperatorStage.InstallAsync(
                stage.Run, stage.ControlPlane, stage.Proxy, options.Checkout, options.OperatorAssembly,
                options.ModernCrds, cancellationToken);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts an operator. By default it does not contend for the lease, so that a successor need not wait for the
    /// lease of a killed one.
    /// </summary>
    public LabOperator StartOperator(LabOperatorOptions? options = null) =>
        Operator.StartOperator(options ?? new LabOperatorOptions { LeaderElection = false });

    /// <summary>Makes a namespace with the Secrets of a scenario.</summary>
    /// <returns>Name of the namespace.</returns>
    public async Task<string> NewNamespaceAsync(IDatabaseScenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var space = await Operator.NewNamespaceAsync("db");
        await Operator.ApplySecretsAsync(space, scenario.Secrets);
        return space;
    }

    public Task ApplyAsync(JsonObject manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return Operator.ApplyAsync(manifest.ToJsonString());
    }

    /// <summary>Changes an upgrade by a merge patch: <c>{"spec":{"paused":true}}</c>.</summary>
    public Task PatchAsync(string space, string name, string patch) =>
        ControlPlane.KubectlAsync(["-n", space, "patch", Resource, name, "--type=merge", "-p", patch]);

    /// <summary>Annotates an upgrade: <c>drydock.dev/approve=PointOfNoReturn@01234567</c>.</summary>
    public Task AnnotateAsync(string space, string name, string annotation) =>
        ControlPlane.KubectlAsync(["-n", space, "annotate", "--overwrite", Resource, name, annotation]);

    public Task<JsonNode> GetAsync(string space, string name) => Operator.GetAsync(Resource, space, name);

    /// <summary>
    /// Follows an upgrade by a watch until it is as wanted. If the deadline passes, the exception contains its last
    /// status.
    /// </summary>
    /// <exception cref="LabException">The deadline passed.</exception>
    public Task<JsonNode> WaitForAsync(
        string space, IDatabaseScenario scenario, Func<JsonNode, bool> wanted, TimeSpan? deadline = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return Operator.WaitForAsync(
            Plural, space, scenario.Name, wanted, deadline ?? TimeSpan.FromMinutes(5), cancellationToken);
    }

    /// <summary>Follows an upgrade for a time at most. Null if it did not become as wanted meanwhile.</summary>
    public Task<JsonNode?> SeenWithinAsync(
        string space, IDatabaseScenario scenario, Func<JsonNode, bool> wanted, TimeSpan time,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return Operator.SeenWithinAsync(Plural, space, scenario.Name, wanted, time, cancellationToken);
    }

    /// <summary>A follower of an upgrade, for tests that need every state of it.</summary>
    public ObjectFollower Follow(string space, string name) =>
        new(ControlPlane, $"/apis/drydock.dev/v1alpha1/namespaces/{space}/{Plural}", name);

    /// <summary>Removes all operators, objects of Drydock, leases and faults. Clusters are left as they are.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken = default)
    {
        Proxy?.Ledger.ClearRules();
        await Operator.EndOperatorsAsync();
        await Operator.CleanAsync(cancellationToken);
        if (Proxy is not null)
        {
            Proxy.OnWatchEvent = null;
            Proxy.UnpinReads();
            Proxy.Accept();
            Proxy.Thaw();
            Proxy.Ledger.Reset();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Operator is not null)
        {
            await Operator.EndOperatorsAsync();
        }

        if (Proxy is not null)
        {
            await Proxy.DisposeAsync();
        }

        if (_ownsRun)
        {
            await Run.DisposeAsync();
        }
    }
}
