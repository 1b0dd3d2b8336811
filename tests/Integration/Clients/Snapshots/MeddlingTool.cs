namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>A real tool, mysqldump if none is given, its output changed on the way.</summary>
internal sealed class MeddlingTool(Func<string, string> change, IDumpTool? real = null) : IDumpTool
{
    private readonly IDumpTool _real = real ?? new MySqlDumpTool();

    public Task<SnapshotTool> DescribeAsync(DumpScope scope, CancellationToken cancellationToken) =>
        _real.DescribeAsync(scope, cancellationToken);

    public Task DumpAsync(
        DumpJob job, Func<DumpOutput, CancellationToken, Task> consume, CancellationToken cancellationToken) =>
        _real.DumpAsync(
            job,
            async (output, token) =>
            {
                using var memory = new MemoryStream();
                await output.Content.CopyToAsync(memory, token);
                var changed = change(Encoding.Latin1.GetString(memory.ToArray()));
                using var result = new MemoryStream(Encoding.Latin1.GetBytes(changed));
                await consume(output with { Content = result }, token);
            },
            cancellationToken);
}
