namespace Drydock.Lab;

/// <summary>
/// A real image registry (Debian's docker-registry) in a separate network namespace: TLS by the run's authority, one
/// user with a password.
/// </summary>
public sealed class LabRegistry : IAsyncDisposable
{
    /// <summary>The user.</summary>
    public const string User = "puller";

    private const int Port = 5000;
    private readonly LabRun _run;
    private readonly LabNamespace _namespace;
    private readonly string _folder;
    private readonly HttpClient _http;
    private LabProcess? _server;

    private LabRegistry(LabRun run, LabNamespace ns, string name)
    {
        _run = run;
        _namespace = ns;
        _folder = run.FolderFor(name);
        _http = LabHttp.Create(run.Authority, $"https://{Address}");
    }

    /// <summary>Host and port, as in an image's name.</summary>
    public string Address => FormattableString.Invariant($"{_namespace.Address}:{Port}");

    /// <summary>The password: a canary, obviously false like the others.</summary>
    public static string Password => "canary-registry-6f0d";

    /// <summary>The content of a Secret of type kubernetes.io/dockerconfigjson.</summary>
    public string DockerConfigJson => new JsonObject
    {
        ["auths"] = new JsonObject
        {
            [Address] =
                new JsonObject { ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")) }
        },
    }.ToJsonString();

    /// <summary>Starts an empty registry and waits until it answers.</summary>
    public static async Task<LabRegistry> StartAsync(
        LabRun run, string name = "registry", CancellationToken cancellationToken = default)
    {
        var registry = new LabRegistry(run, await run.AddNamespaceAsync(name, cancellationToken), name);
        await registry.StartAsync(name, cancellationToken);
        return registry;
    }

    /// <summary>The name under which an image is pushed and pulled.</summary>
    public string NameOf(OmsImage image) => $"{Address}/oms:{image.Tag.Split(':')[1]}";

    /// <summary>Loads an image on a host, pushes it from there and removes it from the host again.</summary>
    public async Task PushAsync(DockerHost host, OmsImage image, CancellationToken cancellationToken = default)
    {
        var name = NameOf(image);
        var config = _run.FolderFor("registry-client");
        LabCertificateAuthority.WritePrivate(Path.Combine(config, "config.json"), DockerConfigJson);
        await host.LoadImageAsync(image.Archive, cancellationToken);
        await host.DockerAsync(["tag", image.Tag, name], cancellationToken: cancellationToken);
        await host.DockerAsync(["--config", config, "push", "--quiet", name], cancellationToken: cancellationToken);
        await host.DockerAsync(["rmi", "-f", image.Id], cancellationToken: cancellationToken);
    }

    /// <summary>Stops the registry.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task StartAsync(string name, CancellationToken cancellationToken)
    {
        var tls = _run.Authority.Issue(Path.Combine(_folder, "tls"), "server", name, hosts: [_namespace.Address]);
        // htpasswd reads the password from its standard input. The registry accepts only bcrypt hashes.
        var line = await Shell.RunAsync("htpasswd", ["-niB", User], Password, cancellationToken: cancellationToken);
        LabCertificateAuthority.WritePrivate(Path.Combine(_folder, "htpasswd"), line.Trim() + "\n");
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "config.yml"),
            $$"""
            version: 0.1
            log: {level: warn}
            storage:
              filesystem: {rootdirectory: {{_run.FastFolderFor(name)}}}
            auth:
              htpasswd: {realm: lab, path: {{Path.Combine(_folder, "htpasswd")}}}
            http:
              addr: 0.0.0.0:{{Port}}
              secret: {{RandomNumberGenerator.GetHexString(32, lowercase: true)}}
              tls: {certificate: {{tls.CertificatePath}}, key: {{tls.KeyPath}}}

            """,
            cancellationToken);
        _server = _run.StartProcess(new LabProcessOptions
        {
            Name = name,
            FileName = "docker-registry",
            Arguments = ["serve", Path.Combine(_folder, "config.yml")],
            Namespace = _namespace,
            WorkingDirectory = _folder,
        });
        await _server.WaitUntilReadyAsync(
            async token => (await _http.GetAsync(
                new Uri("/v2/", UriKind.Relative), token)).StatusCode == System.Net.HttpStatusCode.Unauthorized,
            cancellationToken: cancellationToken);
    }
}
