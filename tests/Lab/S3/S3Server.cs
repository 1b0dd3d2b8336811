using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Drydock.Lab;

/// <summary>
/// A real S3 server: Ceph's RADOS Gateway (Debian's radosgw) in front of a monitor and one object store daemon, in a
/// separate network namespace. It serves one port over TLS with a certificate of the run's authority and one without
/// TLS. Objects are in memory and end with the server.
/// </summary>
/// <remarks>
/// Of this version (16): signatures and payload hashes are checked; multipart uploads, their listing, ranges,
/// server-side copies and <c>If-None-Match: *</c> on plain writes work; the condition on completing an upload and the
/// <c>x-amz-checksum-*</c> headers are ignored, as by many servers.
/// </remarks>
public sealed class S3Server : IAsyncDisposable
{
    private readonly LabRun _run;
    private readonly S3ServerOptions _options;
    private readonly string _folder;
    private readonly string _configuration;
    private readonly LabCredentials _tls;
    private LabProcess? _monitor;
    private LabProcess? _store;
    private LabProcess? _gateway;

    private S3Server(LabRun run, S3ServerOptions options, LabNamespace ns)
    {
        (_run, _options, Namespace) = (run, options, ns);
        _folder = run.FolderFor(options.Name);
        _configuration = Path.Combine(_folder, "ceph.conf");
        _tls = run.Authority.Issue(
            Path.Combine(_folder, "tls"), "server", options.Name, hosts: [ns.Address, HostName, "*." + HostName]);
    }

    /// <summary>
    /// The domain of buckets as host names (bucket.s3.lab); only the client's own settings resolve it.
    /// </summary>
    public static string HostName => "s3.lab";

    public LabNamespace Namespace { get; }

    public string Address => Namespace.Address;

    /// <summary>Port with TLS.</summary>
    public int Port => _options.TlsPort;

    /// <summary>The endpoint for clients.</summary>
    public Uri Endpoint => new(string.Create(CultureInfo.InvariantCulture, $"https://{Address}:{_options.TlsPort}"));

    /// <summary>The endpoint without TLS.</summary>
    public Uri PlainEndpoint =>
        new(string.Create(CultureInfo.InvariantCulture, $"http://{Address}:{_options.PlainPort}"));

    /// <summary>The authority that signed the certificate, PEM.</summary>
    public string Authority => _run.Authority.CertificatePem;

    /// <summary>The keys of the user that owns the buckets.</summary>
    public S3Keys Keys { get; private set; } = new("", "");

    /// <summary>The gateway: Freeze makes it hang and Thaw lets it continue.</summary>
    public LabProcess Gateway => _gateway ?? throw new InvalidOperationException($"{_options.Name} was not started");

    /// <summary>Starts a server in about five seconds.</summary>
    public static async Task<S3Server> StartAsync(
        LabRun run, S3ServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new S3ServerOptions();
        var server = new S3Server(run, options, await run.AddNamespaceAsync(options.Name, cancellationToken));
        await server.StartStoreAsync(cancellationToken);
        server.Keys = await server.NewUserAsync("lab", cancellationToken);
        await server.StartGatewayAsync(cancellationToken);
        return server;
    }

    /// <summary>Makes a user that owns nothing yet.</summary>
    public async Task<S3Keys> NewUserAsync(string name, CancellationToken cancellationToken = default)
    {
        var answer = await CephAsync(
            "radosgw-admin", ["user", "create", "--uid=" + name, "--display-name=" + name], cancellationToken);
        using var user = JsonDocument.Parse(answer[answer.IndexOf('{', StringComparison.Ordinal)..]);
        var keys = user.RootElement.GetProperty("keys")[0];
        return new S3Keys(keys.GetProperty("access_key").GetString()!, keys.GetProperty("secret_key").GetString()!);
    }

    /// <summary>Makes an empty bucket with a name that no other test uses.</summary>
    public async Task<string> NewBucketAsync(CancellationToken cancellationToken = default)
    {
        var name = LabFixture.UniqueName("bucket");
        using var client = Client();
        await client.PutBucketAsync(new PutBucketRequest { BucketName = name }, cancellationToken);
        return name;
    }

    /// <summary>A client of the SDK, for tests that check or change objects directly.</summary>
    public AmazonS3Client Client() => new(new BasicAWSCredentials(Keys.AccessKey, Keys.SecretKey), new AmazonS3Config
    {
        ServiceURL = PlainEndpoint.ToString(),
        ForcePathStyle = true,
        UseHttp = true,
        AuthenticationRegion = "us-east-1",
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    /// <summary>Starts the gateway (again after it was killed) with the objects it had.</summary>
    public async Task StartGatewayAsync(CancellationToken cancellationToken = default)
    {
        _gateway = Start("radosgw", "rgw", ["-n", "client.rgw", "-f"]);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await _gateway.WaitUntilReadyAsync(
            async token => (await http.GetAsync(PlainEndpoint, token)).IsSuccessStatusCode,
            cancellationToken: cancellationToken);
    }

    /// <summary>Ends all processes at once, because no data is kept.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _gateway, _store, _monitor }.OfType<LabProcess>())
        {
            await process.KillAsync();
            await process.DisposeAsync();
        }
    }

    private async Task StartStoreAsync(CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("D");
        await File.WriteAllTextAsync(_configuration, Configuration(id), cancellationToken);
        var map = Path.Combine(_folder, "monmap");
        await CephAsync(
            "monmaptool", ["--create", "--addv", "a", $"[v2:{Address}:3300/0]", "--fsid", id, map], cancellationToken);
        await CephAsync("ceph-mon", ["--mkfs", "-i", "a", "--monmap", map], cancellationToken);
        _monitor = Start("ceph-mon", "mon", ["-i", "a", "-f"]);
        var store = Guid.NewGuid().ToString("D");

        // The command waits for the monitor automatically.
        await CephAsync("ceph", ["osd", "new", store], cancellationToken);
        await CephAsync("ceph", ["osd", "crush", "add", "osd.0", "1.0", "root=default"], cancellationToken);
        await CephAsync("ceph-osd", ["-i", "0", "--mkfs", "--osd-uuid", store], cancellationToken);
        _store = Start("ceph-osd", "osd", ["-i", "0", "-f"]);
    }

    private LabProcess Start(string program, string part, IReadOnlyList<string> arguments) =>
        _run.StartProcess(new LabProcessOptions
        {
            Name = $"{_options.Name}-{part}",
            FileName = program,
            Arguments = ["-c", _configuration, .. arguments],
            Namespace = Namespace,
            WorkingDirectory = _folder,
        });

    private Task<string> CephAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        Namespace.RunAsync(program, ["-c", _configuration, .. arguments], cancellationToken: cancellationToken);

    // One copy of each object, no internal authentication, no pauses between the monitor's decisions.
    private string Configuration(string id) => string.Create(CultureInfo.InvariantCulture, $"""
        [global]
        fsid = {id}
        mon_initial_members = a
        mon_host = [v2:{Address}:3300/0]
        auth_cluster_required = none
        auth_service_required = none
        auth_client_required = none
        ms_mon_client_mode = crc
        run_dir = {_folder}
        admin_socket =
        log_to_stderr = true
        err_to_stderr = true
        log_file =
        mon_data = {_run.FastFolderFor(_options.Name + "-mon")}
        osd_data = {_run.FastFolderFor(_options.Name + "-osd")}
        osd_objectstore = memstore
        memstore_device_bytes = {_options.Bytes}
        osd_pool_default_size = 1
        osd_pool_default_min_size = 1
        osd_pool_default_pg_num = 1
        osd_pool_default_pgp_num = 1
        osd_pool_default_pg_autoscale_mode = off
        osd_crush_chooseleaf_type = 0
        osd_class_load_list = *
        osd_class_default_list = *
        mon_allow_pool_size_one = true
        mon_data_avail_warn = 1
        mon_data_avail_crit = 1
        mon_osd_min_up_ratio = 0
        paxos_propose_interval = 0.05
        paxos_min_wait = 0.01
        rgw_frontends = beast endpoint={Address}:{_options.PlainPort} ssl_endpoint={Address}:{_options.TlsPort} ssl_certificate={_tls.CertificatePath} ssl_private_key={_tls.KeyPath}
        rgw_dns_name = {HostName}
        rgw_thread_pool_size = 64

        """);
}
