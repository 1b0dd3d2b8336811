namespace Drydock.Tests.Unit.Fakes;

/// <summary>A SQL port of a tablet server: says the first words of its protocol, whatever it is asked.</summary>
internal sealed class YugaSqlPort(int port) : MemoryStream(port == Ysql ? AsksForPassword : Supports)
{
    public const int Ysql = 5433;

    public const int Ycql = 9042;

    private static readonly byte[] AsksForPassword = [(byte)'R', 0, 0, 0, 8, 0, 0, 0, 3];
    private static readonly byte[] Supports = [0x84, 0, 0, 0, 6, 0, 0, 0, 0];

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.CompletedTask;
}
