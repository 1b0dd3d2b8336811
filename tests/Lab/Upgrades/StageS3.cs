namespace Drydock.Lab.Upgrades;

/// <summary>
/// The S3 storage of a stage whose road keeps its snapshots in S3, with a fault proxy in front of it.
/// </summary>
public sealed class StageS3 : IAsyncDisposable
{
    /// <summary>Name of the Secret with the keys.</summary>
    public const string Secret = "snapshots-s3";

    private readonly S3Server _server;

    private StageS3(LabRun run, S3Server server)
    {
        _server = server;
        Proxy = new S3FaultProxy(run, server);
    }

    /// <summary>The server itself, for tests that check or change objects directly.</summary>
    public S3Server Server => _server;

    /// <summary>The proxy in front of the server.</summary>
    public S3FaultProxy Proxy { get; }

    /// <summary>The bucket of this run; each reset makes a new one.</summary>
    public string Bucket { get; private set; } = "";

    /// <summary>Value of <c>spec.backup.storage</c>.</summary>
    public JsonObject Storage => new()
    {
        ["s3"] = new JsonObject
        {
            ["endpoint"] = Proxy.Endpoint.AbsoluteUri,
            ["bucket"] = Bucket,
            ["credentialsSecretRef"] = new JsonObject { ["name"] = Secret },
        },
    };

    internal StageSecret Keys => new(Secret, "Opaque", new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["accessKey"] = _server.Keys.AccessKey,
        ["secretKey"] = _server.Keys.SecretKey,
        ["ca.crt"] = _server.Authority,
    });

    public static async Task<StageS3> StartAsync(LabRun run, CancellationToken cancellationToken = default) =>
        new(run, await S3Server.StartAsync(run, cancellationToken: cancellationToken));

    /// <summary>Removes all faults and makes an empty bucket.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken = default)
    {
        Mend();
        Bucket = await _server.NewBucketAsync(cancellationToken);
    }

    /// <summary>Removes all faults.</summary>
    public void Mend()
    {
        Proxy.Accept();
        Proxy.Thaw();
        Proxy.Ledger.ClearRules();
        Proxy.OnRead = null;
        Proxy.CutMidway(int.MaxValue);
    }

    /// <summary>Whether the bucket holds an object.</summary>
    public async Task<bool> HoldsAsync(string key, CancellationToken cancellationToken = default)
    {
        using var client = _server.Client();
        var found = await client.ListObjectsV2Async(
            new Amazon.S3.Model.ListObjectsV2Request { BucketName = Bucket, Prefix = key }, cancellationToken);
        return found.S3Objects?.Any(x => x.Key == key) == true;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await _server.DisposeAsync();
    }
}
