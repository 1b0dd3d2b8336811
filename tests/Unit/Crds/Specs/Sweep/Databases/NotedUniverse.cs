using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Remote;
using Drydock.Clients.Safety;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>A life on a universe that writes down what is asked of processes and hosts.</summary>
internal sealed class NotedUniverse(YugaLife life) : IEngineContext, IDatabaseHosts
{
    public List<string> Asked { get; } = [];

    public DatabaseRollingUpgrade Upgrade => life.Upgrade;

    public DatabaseSecrets Secrets => life.Secrets;

    public IConnectionFactory Connections => life.Connections;

    public IStorages Storages => life.Storages;

    public AsyncSignal SnapshotChanges => life.SnapshotChanges;

    public IKubernetesClient Kubernetes => life.Kubernetes;

    public IDatabaseHosts Hosts => this;

    public IServiceHttp Http => new NotedHttp(life.Http, Asked);

    public IServiceHttp PlainHttp => Http;

    public TimeProvider Time => life.Time;

    public IReadOnlyList<string> All => life.All;

    public string ToolHost => life.ToolHost;

    public IServiceHttp Connect(ServiceTlsMaterial? tls, ServiceLogin? login, string loginField) => Http;

    public IServiceHttp ConnectOnHost(ServiceLogin? login, string loginField) => Http;

    public void OnEvent() => life.OnEvent();

    public string Redact(string text) => life.Redact(text);

    public void EnsureMayAct() => life.EnsureMayAct();

    public IInstanceHost Instance(string instance) => life.Instance(instance);

    public IInstanceHost Service(InstanceTarget target) => life.Service(target);

    public IHostFiles Files(string host) => new NotedFiles(life.Files(host), Asked);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class NotedHttp(IServiceHttp inner, List<string> asked) : IServiceHttp
    {
        public Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken)
        {
            asked.Add(FormattableString.Invariant($"GET {host}:{port}{path}"));
            return inner.GetAsync(host, port, path, cancellationToken);
        }

        public Task<ServiceAnswer> SendAsync(HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken) =>
            inner.SendAsync(method, host, port, path, json, cancellationToken);

        public void Dispose() => inner.Dispose();
    }

    private sealed class NotedFiles(IHostFiles inner, List<string> asked) : IHostFiles
    {
        public string Host => inner.Host;

        public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken)
        {
            asked.Add($"{Host} {command}");
            return inner.RunAsync(command, cancellationToken);
        }

        public Task<string?> ReadAsync(string path, CancellationToken cancellationToken) =>
            inner.ReadAsync(path, cancellationToken);

        public Task WriteAsync(string path, string content, string? expectedSha256, string? keepAs, CancellationToken cancellationToken) =>
            inner.WriteAsync(path, content, expectedSha256, keepAs, cancellationToken);

        public Task<IReadOnlyList<string?>> Sha256Async(
            IReadOnlyList<string> paths, CancellationToken cancellationToken)
        {
            asked.Add($"{Host} sums {string.Join(' ', paths)}");
            return inner.Sha256Async(paths, cancellationToken);
        }

        public Task<long> FreeBytesAsync(string path, CancellationToken cancellationToken) =>
            inner.FreeBytesAsync(path, cancellationToken);

        public Task<(long Memory, int Cpus)> MachineAsync(CancellationToken cancellationToken) =>
            inner.MachineAsync(cancellationToken);

        public Task<ClockReading> ClockAsync(CancellationToken cancellationToken) => inner.ClockAsync(cancellationToken);

        public Task<PackageState> PackageAsync(PackageRequest request, CancellationToken cancellationToken)
        {
            asked.Add($"{Host} package {request.Package.Directory} {string.Join(' ', request.Programs)}");
            return inner.PackageAsync(request, cancellationToken);
        }

        public Task PreparePackageAsync(PackageRequest request, CancellationToken cancellationToken) =>
            inner.PreparePackageAsync(request, cancellationToken);
    }
}
