namespace Drydock.Reconcilers.Databases;

/// <summary>What every engine needs of one upgrade, bound to its spec and Secrets as they are now.</summary>
/// <param name="upgrade">The upgrade with the instances that the database should have now.</param>
internal sealed class EngineContext(
    Func<DatabaseRollingUpgrade> upgrade, DatabaseSecrets secrets, IActFence fence, OpenHttp open) : IDisposable
{
    private readonly Redactor _redactor = new(secrets.Confidential);
    private readonly Dictionary<(ServiceTlsMaterial?, ServiceLogin?, string, bool), IServiceHttp> _opened = [];

    public DatabaseRollingUpgrade Upgrade => upgrade();
    public DatabaseSecrets Secrets => secrets;
    public required IDatabaseHosts Hosts { get; init; }
    public required IKubernetesClient Kubernetes { get; init; }
    public required IStorages Storages { get; init; }
    public required IConnectionFactory Connections { get; init; }
    public required TimeProvider Time { get; init; }
    public AsyncSignal SnapshotChanges { get; init; } = new();

    /// <summary>Called on an event in the cluster; the run observes again.</summary>
    public Action OnEvent { get; init; } = static () => { };

    public IServiceHttp Http => Connect(secrets.Tls, secrets.Web, ServiceHttp.LoginField);

    /// <summary>HTTP that is never encrypted.</summary>
    public IServiceHttp PlainHttp => Connect(tls: null, secrets.Web, ServiceHttp.LoginField);

    public string Redact(string text) => _redactor.Redact(text);

    /// <summary>To be called before each but the first request of an act that sends several: the engine asks only
    /// before the act.</summary>
    /// <exception cref="ActRefusedException">This process may not act any more.</exception>
    public void EnsureMayAct() => fence.EnsureMayAct();

    /// <summary>HTTP with other TLS material and another login: one client for the same ones, disposed of with the
    /// context.</summary>
    /// <param name="tls">Null for plain HTTP.</param>
    /// <param name="login">Null if none is required.</param>
    public IServiceHttp Connect(ServiceTlsMaterial? tls, ServiceLogin? login, string loginField) =>
        Open(tls, login, loginField, onHost: false);

    /// <summary>Plain HTTP whose connections are opened on the host that is asked, through ssh, so that the login
    /// crosses no network unencrypted; as <see cref="Connect"/>.</summary>
    /// <param name="login">Null if none is required.</param>
    public IServiceHttp ConnectOnHost(ServiceLogin? login, string loginField) =>
        Open(tls: null, login, loginField, onHost: true);

    public void Dispose()
    {
        foreach (var http in _opened.Values)
        {
            http.Dispose();
        }
    }

    private IServiceHttp Open(ServiceTlsMaterial? tls, ServiceLogin? login, string loginField, bool onHost)
    {
        lock (_opened)
        {
            return _opened.TryGetValue((tls, login, loginField, onHost), out var http)
                ? http
                : _opened[(tls, login, loginField, onHost)] = open(tls, login, loginField, onHost);
        }
    }
}

/// <summary>Makes a client of HTTP interfaces.</summary>
/// <param name="onHost">Whether connections are opened on the host that is asked.</param>
internal delegate IServiceHttp OpenHttp(
    ServiceTlsMaterial? tls, ServiceLogin? login, string loginField, bool onHost);
