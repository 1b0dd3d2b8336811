using System.Net.Http.Headers;

namespace Drydock.Lab;

/// <summary>
/// A current apiextensions-apiserver (CEL rules, ratcheting, current server-side apply and field validation) next to a
/// <see cref="ControlPlane"/>. The control plane can serve an API group from here (aggregation), so that kubectl and
/// clients see the current behaviour at the usual address.
/// </summary>
public sealed class ModernCrdServer : IAsyncDisposable
{
    private const int Port = 7443;
    private const string Shared = "crds";
    private const string ServiceName = "drydock-lab-crds";
    private const string ServiceNamespace = "kube-system";
    private readonly LabRun _run;
    private readonly ControlPlane _controlPlane;
    private readonly string _executable;
    private readonly string _folder;
    private readonly string _name;
    private readonly PolicyApi? _policies;
    private readonly LabCredentials _tls;
    private readonly HttpClient _http;
    private LabProcess? _server;

    private ModernCrdServer(
        LabRun run,
        ControlPlane controlPlane,
        string executable,
        LabNamespace ns,
        string name,
        IReadOnlyList<JsonNode>? policies)
    {
        _run = run;
        _controlPlane = controlPlane;
        _executable = executable;
        _name = name;
        _policies = policies is null ? null : new PolicyApi(run, controlPlane, policies);
        Namespace = ns;
        _folder = run.FolderFor(name);
        _tls = run.Authority.Issue(_folder, "server", "apiextensions-apiserver", hosts:
            [ns.Address, "127.0.0.1", "localhost", $"{ServiceName}.{ServiceNamespace}.svc"]);
        _http = CreateHttpClient();
    }

    public LabNamespace Namespace { get; }

    /// <summary>URL of the server itself; it serves no <c>/api</c>, so kubectl cannot use it.</summary>
    public string Server => $"https://{Namespace.Address}:{Port}";

    /// <summary>Path of the audit log, one JSON object a line.</summary>
    public string AuditLog => FileAt("audit.log");

    private string AuditPolicy => FileAt("audit-policy.yaml");

    /// <summary>The apiextensions-apiserver process.</summary>
    public LabProcess Process => _server ?? throw new InvalidOperationException("the CRD server was not started");

    /// <summary>
    /// Starts the server and waits until it is ready. Builds it first if the cache has none (minutes).
    /// </summary>
    /// <param name="policies">The ValidatingAdmissionPolicies and bindings that it enforces; null for none.</param>
    /// <param name="name">Of its folder, its network namespace and its part of etcd.</param>
    /// <param name="auditPolicy">Its audit policy, as YAML; null for no <see cref="AuditLog"/>.</param>
    public static async Task<ModernCrdServer> StartAsync(
        LabRun run,
        ControlPlane controlPlane,
        IReadOnlyList<JsonNode>? policies = null,
        string name = Shared,
        string? auditPolicy = null,
        CancellationToken cancellationToken = default)
    {
        var recipe = await Recipes.RunAsync("modern-crd.sh", cancellationToken);
        var server = new ModernCrdServer(
            run, controlPlane, recipe["apiextensions-apiserver"],
            await run.AddNamespaceAsync(name, cancellationToken), name, policies);
        if (auditPolicy is not null)
        {
            await File.WriteAllTextAsync(server.AuditPolicy, auditPolicy, cancellationToken);
        }

        await server.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>Starts the server (again after a stop or a kill) and waits until it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        _server = _run.StartProcess(new LabProcessOptions
        {
            Name = _name == Shared ? "apiextensions-apiserver" : $"{_name}-apiextensions-apiserver",
            FileName = _executable,
            Arguments =
            [
                "--etcd-servers", _controlPlane.EtcdEndpoint,
                "--etcd-prefix", $"/{_name}",
                "--secure-port", FormattableString.Invariant($"{Port}"),
                "--bind-address", "0.0.0.0",
                "--tls-cert-file", _tls.CertificatePath,
                "--tls-private-key-file", _tls.KeyPath,
                "--kubeconfig", _policies is null
                    ? _controlPlane.AdminKubeconfig
                    : _controlPlane.WriteAdminKubeconfig(FileAt("policies.kubeconfig"), _policies.Server),
                "--authentication-kubeconfig", _controlPlane.AdminKubeconfig,
                "--authorization-kubeconfig", _controlPlane.AdminKubeconfig,
                "--disable-admission-plugins", _policies is null
                    ? "ValidatingAdmissionPolicy,MutatingAdmissionPolicy"
                    : "MutatingAdmissionPolicy",
                "--enable-priority-and-fairness=false",
                .. File.Exists(AuditPolicy)
                    ? ["--audit-policy-file", AuditPolicy, "--audit-log-path", AuditLog]
                    : Array.Empty<string>(),
            ],
            Namespace = Namespace,
            WorkingDirectory = _folder,
        });
        await _server.WaitUntilReadyAsync(
            async token => (await _http.GetAsync(new Uri("/readyz", UriKind.Relative), token)).IsSuccessStatusCode,
            cancellationToken: cancellationToken);
    }

    /// <summary>An HTTP client with all rights whose base address is this server.</summary>
    public HttpClient CreateHttpClient() => LabHttp.Create(_run.Authority, Server, _controlPlane.AdminToken);

    /// <summary>Applies a CustomResourceDefinition (YAML or JSON) and waits until it is established.</summary>
    /// <exception cref="LabException">The server refused it, for example because a CEL rule does not compile. The
    /// message contains its answer.</exception>
    public async Task ApplyCrdAsync(string name, string manifest, CancellationToken cancellationToken = default)
    {
        var path = $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}";
        using var request = new HttpRequestMessage(
            HttpMethod.Patch, new Uri($"{path}?fieldManager=drydock-lab&force=true", UriKind.Relative))
        {
            Content = new StringContent(manifest, Encoding.UTF8),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/apply-patch+yaml");
        using var response = await _http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new LabException(
                $"The CRD server answered {(int)response.StatusCode} for {name}: "
                + $"{await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        await Deadline.UntilAsync(
            $"the CRD {name} to be established",
            async token =>
            {
                using var json = JsonDocument.Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative), token));
                return json.RootElement.TryGetProperty("status", out var status)
                    && status.TryGetProperty("conditions", out var conditions)
                    && conditions.ValueKind == JsonValueKind.Array
                    && conditions.EnumerateArray().Any(condition =>
                        condition.GetProperty("type").GetString() == "Established"
                            && condition.GetProperty("status").GetString() == "True");
            },
            cancellationToken: cancellationToken);
    }

    /// <summary>Sends an object (YAML or JSON) and returns status and body of any answer.</summary>
    /// <param name="method">POST, PUT, …</param>
    /// <param name="path">For example <c>/apis/drydock.dev/v1alpha1/namespaces/default/omsclusters</c>.</param>
    /// <param name="manifest">The object; null for none.</param>
    /// <param name="contentType">By default <c>application/yaml</c>, which accepts JSON too. Patches have other
    /// types.</param>
    public async Task<(HttpStatusCode Status, string Body)> SendAsync(
        HttpMethod method,
        string path,
        string? manifest = null,
        string contentType = "application/yaml",
        CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (manifest is not null)
        {
            request.Content = new StringContent(manifest, Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        }

        using var response = await _http.SendAsync(request, cancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>
    /// Serves an API group of this server through the control plane and waits until it is served. CRDs of the group
    /// must then be applied here (<see cref="ApplyCrdAsync"/>) and not there.
    /// </summary>
    public async Task RegisterGroupAsync(
        string group = "drydock.dev", string version = "v1alpha1", CancellationToken cancellationToken = default)
    {
        var authority = Convert.ToBase64String(Encoding.ASCII.GetBytes(_run.Authority.CertificatePem));
        await _controlPlane.KubectlAsync(
            ["apply", "-f", "-"],
            $$"""
            {"apiVersion":"v1","kind":"List","items":[
              {"apiVersion":"v1","kind":"Service","metadata":{"name":"{{ServiceName}}","namespace":"{{ServiceNamespace}}" },
               "spec":{"ports":[{"name":"https","port":443,"targetPort":{{Port}} }] } },
              {"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"{{ServiceName}}","namespace":"{{ServiceNamespace}}" },
               "subsets":[{"addresses":[{"ip":"{{Namespace.Address}}" }],"ports":[{"name":"https","port":{{Port}} }] }] },
              {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"{{version}}.{{group}}" },
               "spec":{"group":"{{group}}","version":"{{version}}","groupPriorityMinimum":1000,"versionPriority":15,"caBundle":"{{authority}}",
                       "service":{"name":"{{ServiceName}}","namespace":"{{ServiceNamespace}}","port":443} } }
            ]}
            """,
            cancellationToken);
        using var http = _controlPlane.CreateHttpClient();
        await Deadline.UntilAsync(
            $"the control plane to serve {group}/{version} from the CRD server",
            async token =>
                (await http.GetAsync(new Uri($"/apis/{group}/{version}", UriKind.Relative), token)).IsSuccessStatusCode,
            cancellationToken: cancellationToken);
    }

    private string FileAt(string name) => Path.Combine(_folder, name);

    /// <summary>Stops the server if it runs.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_policies is not null)
        {
            await _policies.DisposeAsync();
        }
    }
}
