namespace Drydock.Lab.Upgrades;

/// <summary>
/// The common parts of every stage: an API server with the shipped CRDs and RBAC, and operators that run against it as
/// separate processes with a ServiceAccount token, through a fault proxy if there is one.
/// </summary>
public sealed class OperatorStage
{
    /// <summary>Namespace of the operator, as in config/default.</summary>
    public const string OperatorNamespace = "drydock-system";

    /// <summary>Service account of the operator.</summary>
    public const string ServiceAccount = "drydock-operator";

    private readonly string _assembly;
    private readonly List<LabOperator> _operators = [];
    private readonly StageToken _token;
    private string _kubeconfig = "";

    private OperatorStage(LabRun run, ControlPlane controlPlane, string assembly, KubeFaultProxy? proxy)
    {
        Run = run;
        ControlPlane = controlPlane;
        _assembly = assembly;
        _token = new StageToken(run, controlPlane, proxy);
    }

    public LabRun Run { get; }

    public ControlPlane ControlPlane { get; }

    /// <summary>The running operators, oldest first.</summary>
    public IReadOnlyList<LabOperator> Operators => [.. _operators.Where(x => !x.Process.HasExited)];

    /// <summary>Options of the last operator, for a successor with the same settings.</summary>
    public LabOperatorOptions? LastOptions { get; private set; }

    /// <summary>Kubeconfig of the operator.</summary>
    public string Kubeconfig => _kubeconfig;

    /// <summary>Installs the shipped CRDs and RBAC into an API server.</summary>
    /// <param name="proxy">The operator's path to the API server; null for a direct connection.</param>
    /// <param name="checkout">The root of the checkout, whose config/ is applied.</param>
    /// <param name="assembly">Path of Drydock.Operator.dll.</param>
    /// <param name="modernCrds">Whether the modern CRD server serves the CRDs instead of the 1.20 one.</param>
    public static async Task<OperatorStage> InstallAsync(
        LabRun run, ControlPlane controlPlane, KubeFaultProxy? proxy, string checkout, string assembly,
        bool modernCrds = false, CancellationToken cancellationToken = default)
    {
        var stage = new OperatorStage(run, controlPlane, assembly, proxy);
        var config = Path.Combine(checkout, "config");
        if (modernCrds)
        {
            await StageCrds.ServeAsync(run, controlPlane, Path.Combine(config, "crd"), cancellationToken);
        }
        else
        {
            await StageCrds.ApplyAsync(controlPlane, Path.Combine(config, "crd"), cancellationToken);
        }

        await controlPlane.KubectlAsync(
            ["create", "namespace", OperatorNamespace], cancellationToken: cancellationToken);
        await controlPlane.KubectlAsync(
            ["apply", "-k", Path.Combine(config, "rbac")], cancellationToken: cancellationToken);
        stage._kubeconfig = await stage._token.WriteKubeconfigAsync(cancellationToken);
        return stage;
    }

    /// <summary>Starts an operator and returns at once.</summary>
    public LabOperator StartOperator(LabOperatorOptions? options = null)
    {
        var started = LabOperator.Start(Run, _assembly, _kubeconfig, OperatorNamespace, options);
        _operators.Add(started);
        LastOptions = options;
        return started;
    }

    /// <summary>Kills every running operator.</summary>
    public async Task EndOperatorsAsync()
    {
        foreach (var running in _operators)
        {
            await running.DisposeAsync();
        }

        _operators.Clear();
    }

    /// <summary>
    /// Invalidates every token that the operator ever had, as if they had expired. <see cref="RenewTokenAsync"/> gives
    /// it a new one, as the kubelet does.
    /// </summary>
    public Task ExpireTokenAsync(CancellationToken cancellationToken = default) =>
        _token.ExpireAsync(cancellationToken);

    /// <summary>Writes a fresh token into the token file of the operator's kubeconfig.</summary>
    public Task RenewTokenAsync(CancellationToken cancellationToken = default) => _token.RenewAsync(cancellationToken);

    /// <summary>
    /// Deletes every object of Drydock and every lease of the operator. No operator may run meanwhile.
    /// </summary>
    public Task CleanAsync(CancellationToken cancellationToken = default) =>
        new ApiCleaner(ControlPlane).CleanAsync(OperatorNamespace, cancellationToken);

    /// <summary>Makes a new namespace.</summary>
    /// <returns>Name of the namespace.</returns>
    public async Task<string> NewNamespaceAsync(string prefix)
    {
        var name = LabFixture.UniqueName(prefix);
        await ControlPlane.KubectlAsync(["create", "namespace", name]);
        return name;
    }

    public Task ApplyAsync(string manifest) =>
        ControlPlane.KubectlAsync(["apply", "--validate=false", "-f", "-"], manifest);

    /// <summary>Creates or replaces Secrets.</summary>
    public Task ApplySecretsAsync(string space, IEnumerable<StageSecret> secrets) => ApplyAsync(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "List",
        ["items"] = new JsonArray([.. secrets.Select(secret => (JsonNode)secret.ToManifest(space))]),
    }.ToJsonString());

    /// <param name="resource">The name for kubectl: <c>omsupgrades.drydock.dev</c>.</param>
    public async Task<JsonNode> GetAsync(string resource, string space, string name) =>
        JsonNode.Parse(await ControlPlane.KubectlAsync(["-n", space, "get", resource, name, "-o", "json"]))!;

    /// <summary>
    /// Follows an object of Drydock by a watch until it is as wanted. If the deadline passes, the exception contains
    /// its last status.
    /// </summary>
    /// <exception cref="LabException">The deadline passed.</exception>
    public Task<JsonNode> WaitForAsync(
        string plural, string space, string name, Func<JsonNode, bool> wanted, TimeSpan deadline,
        CancellationToken cancellationToken = default) =>
        Follower(plural, space, name).UntilAsync(wanted, deadline, cancellationToken);

    /// <summary>
    /// Follows an object of Drydock for a time at most. Null if it did not become as wanted meanwhile.
    /// </summary>
    public Task<JsonNode?> SeenWithinAsync(
        string plural, string space, string name, Func<JsonNode, bool> wanted, TimeSpan time,
        CancellationToken cancellationToken = default) =>
        Follower(plural, space, name).WithinAsync(wanted, time, cancellationToken);

    private ObjectFollower Follower(string plural, string space, string name) =>
        new(ControlPlane, $"/apis/drydock.dev/v1alpha1/namespaces/{space}/{plural}", name);
}
