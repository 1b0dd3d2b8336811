namespace Drydock.Lab;

/// <summary>
/// A real control plane: etcd, kube-apiserver (RBAC, TLS, aggregation) and three controllers of kube-controller-manager
/// (garbage collector, namespaces, aggregated roles) in a separate network namespace. Version 1.20.2, or that of
/// KUBEBUILDER_ASSETS.
/// </summary>
public sealed class ControlPlane : IAsyncDisposable
{
    private const int Port = 6443;
    private readonly LabRun _run;
    private readonly ControlPlaneOptions _options;
    private readonly IReadOnlyDictionary<string, string> _tools;
    private readonly string _folder;
    private readonly string _adminToken = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly HttpClient _http;
    private LabProcess? _etcd;
    private LabProcess? _apiServer;
    private LabProcess? _controllers;

    private ControlPlane(
        LabRun run, ControlPlaneOptions options, IReadOnlyDictionary<string, string> tools, LabNamespace ns)
    {
        _run = run;
        _options = options;
        _tools = tools;
        Namespace = ns;
        _folder = run.FolderFor(options.Name);
        AdminKubeconfig = Path.Combine(_folder, "admin.kubeconfig");
        _http = CreateHttpClient();
    }

    /// <summary>The network namespace. Cutting its network cuts the API off from all clients.</summary>
    public LabNamespace Namespace { get; }

    /// <summary>URL of the API server, reachable from the owner and from all namespaces of the run.</summary>
    public string Server => $"https://{Namespace.Address}:{Port}";

    /// <summary>Path of a kubeconfig with all rights (group system:masters, bearer token).</summary>
    public string AdminKubeconfig { get; }

    /// <summary>Path of kubectl 1.20, or of the one that DRYDOCK_LAB_KUBECTL names: npm for 1.35, or the release of a
    /// <see cref="LabSystem"/>.</summary>
    public string KubectlPath { get; private init; } = "";

    /// <summary>Path of the program of a <see cref="LabNode"/>.</summary>
    public string NodeProgram => _tools["drydock-node"];

    /// <summary>Bearer token with all rights.</summary>
    public string AdminToken => _adminToken;

    /// <summary>The authority that signed the server's certificate, as PEM.</summary>
    public string AuthorityPem => _run.Authority.CertificatePem;

    /// <summary>The etcd process.</summary>
    public LabProcess Etcd => _etcd ?? throw NotStarted("etcd");

    /// <summary>The kube-apiserver process.</summary>
    public LabProcess ApiServer => _apiServer ?? throw NotStarted("kube-apiserver");

    /// <summary>The process of the controllers.</summary>
    public LabProcess Controllers => _controllers ?? throw NotStarted("controllers");

    /// <summary>URL of etcd within the run.</summary>
    internal string EtcdEndpoint => $"http://{Namespace.Address}:2379";

    /// <summary>
    /// Starts a control plane and waits until it serves. Builds its parts first if the cache has none (minutes).
    /// </summary>
    public static async Task<ControlPlane> StartAsync(
        LabRun run, ControlPlaneOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ControlPlaneOptions();
        var tools = await Recipes.RunAsync("kube.sh", cancellationToken);
        var plane = new ControlPlane(run, options, tools, await run.AddNamespaceAsync(options.Name, cancellationToken))
        {
            KubectlPath = Environment.GetEnvironmentVariable("DRYDOCK_LAB_KUBECTL") switch
            {
                null or "" => tools["kubectl"],
                "npm" => (await Recipes.RunAsync("kube-clients.sh", cancellationToken))["kubectl"],
                var suite => Path.Combine(
                    (await LabSystem.GetAsync(suite, cancellationToken)).Root, "usr", "bin", "kubectl"),
            },
        };
        plane.WriteFiles();
        await plane.StartEtcdAsync(cancellationToken);
        await plane.StartApiServerAsync(cancellationToken);
        if (options.Controllers)
        {
            await plane.StartControllersAsync(cancellationToken);
        }

        return plane;
    }

    /// <summary>Starts etcd on the data it has (again after a stop or a kill) and waits until it is healthy.</summary>
    public async Task StartEtcdAsync(CancellationToken cancellationToken = default)
    {
        _etcd = Start("etcd", _tools["etcd"],
            "--data-dir", _run.FastFolderFor(_options.Name + "-etcd"),
            "--listen-client-urls", "http://127.0.0.1:2379," + EtcdEndpoint,
            "--advertise-client-urls", EtcdEndpoint,
            "--listen-peer-urls", "http://127.0.0.1:2380",
            "--initial-advertise-peer-urls", "http://127.0.0.1:2380",
            "--initial-cluster", "default=http://127.0.0.1:2380",
            "--snapshot-count", "10000",
            "--log-level", "warn");
        await _etcd.WaitUntilReadyAsync(
            async token => (await _http.GetAsync(new Uri(EtcdEndpoint + "/health"), token)).IsSuccessStatusCode,
            cancellationToken: cancellationToken);
    }

    /// <summary>Starts kube-apiserver (again after a stop or a kill) and waits until it is ready.</summary>
    public async Task StartApiServerAsync(CancellationToken cancellationToken = default)
    {
        _apiServer = Start("kube-apiserver", _tools["kube-apiserver"],
        [
            "--etcd-servers", "http://127.0.0.1:2379",
            "--secure-port", FormattableString.Invariant($"{Port}"),
            "--bind-address", "0.0.0.0",
            "--advertise-address", Namespace.Address,
            "--tls-cert-file", FileAt("apiserver.pem"),
            "--tls-private-key-file", FileAt("apiserver-key.pem"),
            "--client-ca-file", FileAt("ca.pem"),
            "--service-account-key-file", FileAt("service-accounts.key"),
            "--service-account-signing-key-file", FileAt("service-accounts.key"),
            "--service-account-issuer", "https://drydock-lab",
            "--token-auth-file", FileAt("tokens.csv"),
            "--authorization-mode", "RBAC",
            "--service-cluster-ip-range", "10.0.0.0/24",
            "--disable-admission-plugins", "ServiceAccount",
            "--allow-privileged=true",
            "--enable-aggregator-routing=true",
            "--requestheader-client-ca-file", FileAt("front-proxy/ca.pem"),
            "--requestheader-allowed-names", "front-proxy",
            "--requestheader-username-headers", "X-Remote-User",
            "--requestheader-group-headers", "X-Remote-Group",
            "--requestheader-extra-headers-prefix", "X-Remote-Extra-",
            "--proxy-client-cert-file", FileAt("front-proxy/front-proxy.pem"),
            "--proxy-client-key-file", FileAt("front-proxy/front-proxy-key.pem"),
            "--audit-policy-file", FileAt("audit-policy.yaml"),
            "--audit-log-path", FileAt("audit.log"),
            "--audit-log-maxsize", "100",
            "--audit-log-maxbackup", "1",
            .. _options.ApiServerArguments,
        ]);
        await _apiServer.WaitUntilReadyAsync(
            async token => (await _http.GetAsync(new Uri("/readyz", UriKind.Relative), token)).IsSuccessStatusCode,
            cancellationToken: cancellationToken);
    }

    /// <summary>Starts the controllers (again after a stop or a kill) and waits until they have started.</summary>
    public async Task StartControllersAsync(CancellationToken cancellationToken = default)
    {
        _controllers = Start("controllers", _tools["drydock-controllers"], "-kubeconfig", AdminKubeconfig);
        await _controllers.WaitUntilReadyAsync(
            _ => Task.FromResult(
                _controllers.LogTail(int.MaxValue).Contains($"ready {_controllers.Id}\n", StringComparison.Ordinal)),
            cancellationToken: cancellationToken);
    }

    /// <summary>
    /// The requests so far of the service accounts of <see cref="ControlPlaneOptions.AuditedNamespace"/>.
    /// </summary>
    public IReadOnlyList<AuditedRequest> AuditedRequests() => AuditedRequest.Read(FileAt("audit.log"));

    /// <summary>Runs kubectl 1.20 with all rights and returns its output.</summary>
    /// <exception cref="LabException">kubectl failed. The message contains its output.</exception>
    /// <remarks> On a busy machine kubectl drops a connection whose answer takes too long ("client connection lost").
    /// An <c>apply</c> is then repeated, because repeating it is safe. </remarks>
    public async Task<string> KubectlAsync(
        IEnumerable<string> arguments, string? stdin = null, CancellationToken cancellationToken = default)
    {
        string[] command = [.. arguments];
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Shell.RunAsync(
                    KubectlPath, command, stdin, KubectlEnvironment(), cancellationToken: cancellationToken);
            }
            catch (LabException exception) when (attempt < 5 && command[0] == "apply"
                && IsConnectionLost(exception.Message))
            {
                // Repeated at once: kubectl itself has waited long enough.
            }
        }
    }

    private static bool IsConnectionLost(string message) =>
        message.Contains("client connection lost", StringComparison.Ordinal)
        || message.Contains("TLS handshake timeout", StringComparison.Ordinal);

    /// <summary>What <c>describe</c> of the current kubectl prints, with all rights.</summary>
    public async Task<string> DescribeAsync(
        string space, string resource, string name, CancellationToken cancellationToken = default) =>
        await Shell.RunAsync(
            (await Recipes.RunAsync("kube-clients.sh", cancellationToken))["kubectl"],
            ["-n", space, "describe", resource, name], environment: KubectlEnvironment(),
            cancellationToken: cancellationToken);

    /// <summary>As <see cref="KubectlAsync"/>, whatever the exit code.</summary>
    public Task<ShellResult> TryKubectlAsync(
        IEnumerable<string> arguments, string? stdin = null, CancellationToken cancellationToken = default) =>
        Shell.TryRunAsync(KubectlPath, arguments, stdin, KubectlEnvironment(), cancellationToken: cancellationToken);

    /// <summary>
    /// Waits until CRDs are served and kubectl knows their short names. kubectl 1.20 fails at once on an object that
    /// has no conditions yet, and looks up short names in what it discovered up to ten minutes ago; api-resources
    /// discovers again. Both are called repeatedly.
    /// </summary>
    /// <param name="names">Their names, as <c>omsupgrades.drydock.dev</c>.</param>
    public Task WaitForCrdsAsync(IEnumerable<string> names, CancellationToken cancellationToken = default)
    {
        string[] expected = [.. names];
        string[] arguments =
            ["wait", "--for=condition=Established", "--timeout=3s", .. expected.Select(name => $"crd/{name}")];
        return Deadline.UntilAsync(
            "the CRDs to be established",
            async token => (await TryKubectlAsync(arguments, cancellationToken: token)).ExitCode == 0
                && expected.Except((await TryKubectlAsync(
                    ["api-resources", "--output=name"], cancellationToken: token)).Output.Split('\n')).ToArray() is [],
            TimeSpan.FromMinutes(2),
            cancellationToken: cancellationToken);
    }

    /// <summary>
    /// Writes a kubeconfig for an existing service account, with a new token from a TokenRequest (24 hours).
    /// </summary>
    /// <param name="targetPath">Path of the kubeconfig.</param>
    /// <param name="serverOverride">URL of a fault proxy; by default the API server's own.</param>
    /// <returns>Path of the kubeconfig.</returns>
    public async Task<string> CreateServiceAccountKubeconfigAsync(
        string serviceNamespace,
        string serviceAccount,
        string targetPath,
        string? serverOverride = null,
        CancellationToken cancellationToken = default)
    {
        using var body = new StringContent(
            """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":86400}}""",
            Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(
            new Uri($"/api/v1/namespaces/{serviceNamespace}/serviceaccounts/{serviceAccount}/token", UriKind.Relative),
            body, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new LabException(
                $"TokenRequest for service account {serviceNamespace}/{serviceAccount} was answered "
                + $"{(int)response.StatusCode}: {text}");
        }

        using var json = JsonDocument.Parse(text);
        var token = json.RootElement.GetProperty("status").GetProperty("token").GetString()
            ?? throw new LabException("TokenRequest was answered without a token");
        return Kubeconfig.Write(targetPath, serverOverride ?? Server, AuthorityPem, token, serviceNamespace);
    }

    /// <summary>Writes a kubeconfig with all rights that goes through a fault proxy.</summary>
    /// <returns>Path of the kubeconfig.</returns>
    public string WriteAdminKubeconfig(string targetPath, string server) =>
        Kubeconfig.Write(targetPath, server, AuthorityPem, _adminToken);

    /// <summary>
    /// An HTTP client with all rights whose base address is the API server, or a fault proxy in front of it.
    /// </summary>
    public HttpClient CreateHttpClient(string? server = null) =>
        LabHttp.Create(_run.Authority, server ?? Server, _adminToken);

    /// <summary>Stops all parts.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var process in new[] { _controllers, _apiServer, _etcd })
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }
    }

    private static InvalidOperationException NotStarted(string part) =>
        new($"{part} was not started (ControlPlaneOptions)");

    private string FileAt(string name) => Path.Combine(_folder, name);

    private Dictionary<string, string?> KubectlEnvironment() => new(StringComparer.Ordinal)
    {
        [LabRun.MarkVariable] = _run.Id,
        ["KUBECONFIG"] = AdminKubeconfig,
        // kubectl keeps its discovery cache under HOME. A run must neither read nor leave one there.
        ["HOME"] = _folder,
    };

    private LabProcess Start(string name, string file, params string[] arguments) =>
        _run.StartProcess(new LabProcessOptions
        {
            Name = _options.Name == "kube" ? name : $"{_options.Name}-{name}",
            FileName = file,
            Arguments = arguments,
            Namespace = Namespace,
            WorkingDirectory = _folder,

            // The default spent a fifth of its work on garbage collection of a heap that is small for any machine. With
            // thousands of objects it is not, and the API server took all memory.
            Environment =
                new Dictionary<string, string?>(StringComparer.Ordinal) { ["GOGC"] = "400", ["GOMEMLIMIT"] = "8GiB" },
        });

    private void WriteFiles()
    {
        _run.Authority.Issue(_folder, "apiserver", "kube-apiserver", hosts:
            [
                Namespace.Address, "127.0.0.1", "10.0.0.1", "localhost", "kubernetes", "kubernetes.default",
                "kubernetes.default.svc"
            ]);
        using var frontProxy = new LabCertificateAuthority("drydock-lab-front-proxy-ca");
        frontProxy.Issue(FileAt("front-proxy"), "front-proxy", "front-proxy");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        LabCertificateAuthority.WritePrivate(FileAt("service-accounts.key"), key.ExportECPrivateKeyPem() + "\n");
        LabCertificateAuthority.WritePrivate(FileAt("tokens.csv"), $"{_adminToken},admin,admin,\"system:masters\"\n");
        File.WriteAllText(FileAt("audit-policy.yaml"), $$"""
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
            - level: Metadata
              userGroups: ["system:serviceaccounts:{{_options.AuditedNamespace}}"]
            - level: None
            """);
        Kubeconfig.Write(AdminKubeconfig, Server, AuthorityPem, _adminToken);
    }
}
