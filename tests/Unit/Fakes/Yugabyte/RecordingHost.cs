namespace Drydock.Tests.Unit.Fakes;

/// <summary>A host that answers every command alike and remembers them.</summary>
internal sealed class RecordingHost(string output, int code = 0, string errors = "") : IHostFiles
{
    public List<IReadOnlyList<string>> Commands { get; } = [];

    public string Host => "tools";

    public Task<RemoteResult> AskAsync(RemoteCommand command, CancellationToken cancellationToken) =>
        RunAsync(command, cancellationToken);

    public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken)
    {
        Commands.Add(command.Arguments);
        return Task.FromResult(new RemoteResult(code, output, errors));
    }

    public Task<string?> ReadAsync(string path, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task WriteAsync(
        string path, string content, string? expectedSha256, string? keepAs, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<string?>> Sha256Async(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<long> FreeBytesAsync(string path, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<(long Memory, int Cpus)> MachineAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<ClockReading> ClockAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PackageState> PackageAsync(PackageRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task PreparePackageAsync(PackageRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
