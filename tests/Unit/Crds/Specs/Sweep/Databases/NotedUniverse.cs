namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>A life on a universe that writes down what is asked of processes and hosts.</summary>
internal sealed class NotedUniverse(YugaLife life) : IDatabaseHosts
{
    public List<string> Asked { get; } = [];

    public EngineContext Context => field ??= new EngineContext(
        () => life.Upgrade, life.Secrets, life, (_, _, _, _) => new NotedHttp(life.Http, Asked))
    {
        Hosts = this,
        Kubernetes = life.Kubernetes,
        Storages = life,
        Connections = life,
        Time = life.World.Time,
    };

    public IReadOnlyList<string> All => life.All;

    public string ToolHost => life.ToolHost;

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

        public Task<ServiceAnswer> SendAsync(
            HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken) =>
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

        public Task<RemoteResult> AskAsync(RemoteCommand command, CancellationToken cancellationToken)
        {
            asked.Add($"{Host} {command}");
            return inner.AskAsync(command, cancellationToken);
        }

        public Task<string?> ReadAsync(string path, CancellationToken cancellationToken) =>
            inner.ReadAsync(path, cancellationToken);

        public Task WriteAsync(
            string path, string content, string? expectedSha256, string? keepAs, CancellationToken cancellationToken) =>
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

        public Task<ClockReading> ClockAsync(CancellationToken cancellationToken) =>
            inner.ClockAsync(cancellationToken);

        public Task<PackageState> PackageAsync(PackageRequest request, CancellationToken cancellationToken)
        {
            asked.Add($"{Host} package {request.Package.Directory} {string.Join(' ', request.Programs)}");
            return inner.PackageAsync(request, cancellationToken);
        }

        public Task PreparePackageAsync(PackageRequest request, CancellationToken cancellationToken) =>
            inner.PreparePackageAsync(request, cancellationToken);
    }
}
