using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Drydock.Lab;

/// <summary>
/// A server that closes, stalls and lies at a moment that a seeded random number chooses, different for each
/// connection.
/// </summary>
public sealed class HostileServer : IAsyncDisposable
{
    private static readonly string[] Plugins =
    [
        "mysql_native_password", "client_ed25519", "caching_sha2_password", "sha256_password", "mysql_clear_password", "dialog", "mysql_old_password", "auth_gssapi_client",
        "no_such_plugin", "../../../../tmp/x", "",
    ];

    private readonly int _seed;
    private readonly X509Certificate2 _certificate = WireServer.SelfSigned();
    private readonly WireServer _server;

    public HostileServer(int seed)
    {
        _seed = seed;
        _server = new WireServer(ServeAsync);
    }

    public int Port => _server.Port;

    /// <summary>Connections that have not ended.</summary>
    public int Open => _server.Open;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
    }

    private static byte[] Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private async Task ServeAsync(WireSession session, int number, CancellationToken stop)
    {
        var random = new Random(HashCode.Combine(_seed, number));

        // Half of them behave well up to a point, so that later moments are reached too.
        var patience = random.Next(0, 12);
        var greeting = WirePackets.Greeting(random.Next(4) == 0 ? Plugins[random.Next(Plugins.Length)] : "mysql_native_password", random.Next(2) == 0 ? WirePackets.Tls : 0);
        if (!await StepAsync(session, random, [greeting], patience--, stop))
        {
            return;
        }

        var login = await session.ReadAsync(stop);
        if (login is { Length: 32 } && (login[1] & 8) != 0)
        {
            if (random.Next(3) == 0)
            {
                await MisbehaveAsync(session, random, [Noise(random, 64)], stop);
                return;
            }

            await session.StartTlsAsync(_certificate, stop);
            login = await session.ReadAsync(stop);
        }

        while (login is not null && random.Next(4) == 0)
        {
            byte[] ask = random.Next(4) switch
            {
                0 => [1, 4],
                1 => [1, 3],
                2 => [1, .. Noise(random, random.Next(64))],
                _ => WirePackets.Switch(Plugins[random.Next(Plugins.Length)]),
            };
            if (!await StepAsync(session, random, [ask], patience--, stop))
            {
                return;
            }

            login = await session.ReadAsync(stop);
        }

        if (login is null || !await StepAsync(session, random, [WirePackets.Ok], patience--, stop))
        {
            return;
        }

        while (await session.ReadAsync(stop) is { Length: > 0 } packet && packet[0] != 1)
        {
            if (!await StepAsync(session, random, Answer(packet, random), patience--, stop))
            {
                return;
            }
        }
    }

    private static byte[][] Answer(byte[] packet, Random random)
    {
        var sql = packet[0] == 3 ? Encoding.UTF8.GetString(packet.AsSpan(1)) : "";
        return packet[0] switch
        {
            // Prepare: statement 1, one column, one parameter; execute: rows of the binary protocol, right or wrong.
            0x16 => [[0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0], WirePackets.Column("?"), WirePackets.Eof, WirePackets.Column("x"), WirePackets.Eof],
            0x17 => [[1], WirePackets.Column("x", (byte)random.Next(256), (ushort)random.Next(65536), (uint)random.Next()), WirePackets.Eof, [0, 0, .. Noise(random, random.Next(24))], WirePackets.Eof],
            0x19 => [],
            _ when sql.StartsWith("SELECT many", StringComparison.Ordinal) => [.. Many(random)],
            _ => [.. WireServer.Honest(sql, "hostile")],
        };
    }

    private static IEnumerable<byte[]> Many(Random random)
    {
        yield return [1];
        yield return WirePackets.Column("x", (byte)random.Next(256), (ushort)random.Next(65536));
        yield return WirePackets.Eof;
        var rows = random.Next(20_000);
        for (var i = 0; i < rows; i++)
        {
            yield return WirePackets.Row(new string('r', random.Next(200)));
        }

        yield return random.Next(2) == 0 ? WirePackets.Eof : WirePackets.Error(1317, "interrupted");
    }

    private static async Task<bool> StepAsync(
        WireSession session, Random random, byte[][] honest, int patience, CancellationToken stop)
    {
        if (patience > 0 || random.Next(3) == 0)
        {
            await session.SendAsync(stop, honest);
            return true;
        }

        await MisbehaveAsync(session, random, honest, stop);
        return false;
    }

    private static async Task MisbehaveAsync(
        WireSession session, Random random, byte[][] honest, CancellationToken stop)
    {
        var first = honest.Length > 0 ? honest[0] : [];
        switch (random.Next(14))
        {
            case 0: // Closes.
                return;
            case 1: // Stalls.
                break;
            case 2: // Sends a byte now and then.
                await TrickleAsync(session, honest.SelectMany(p => session.Frame(p, p.Length)).ToArray(), stop);
                break;
            case 3: // Ends in the middle.
                var whole = honest.SelectMany(p => session.Frame(p, p.Length)).ToArray();
                await session.RawAsync(whole.AsMemory(0, random.Next(whole.Length + 1)), stop);
                return;
            case 4: // Noise.
                await session.RawAsync(Noise(random, random.Next(1, 5000)), stop);
                break;
            case 5: // Says it is longer than it is.
                await session.RawAsync(session.Frame(first, random.Next(1 << 24)), stop);
                break;
            case 6: // Says it is shorter.
                await session.RawAsync(session.Frame(first, random.Next(first.Length + 1)), stop);
                break;
            case 7: // Numbers packets at random.
                foreach (var payload in honest)
                {
                    session.Sequence = (byte)random.Next(256);
                    await session.SendAsync(stop, payload);
                }

                break;
            case 8: // One packet after the other without an end.
                await FloodAsync(session, stop);
                break;
            case 9: // Asks for a file.
                await session.SendAsync(stop, (byte[])[0xFB, .. "/etc/passwd"u8]);
                break;
            case 10: // A number of columns that nothing has.
                await session.SendAsync(stop, (byte[])[0xFE, .. Noise(random, 8)], WirePackets.Column("x"), WirePackets.Eof);
                break;
            case 11: // EOF, OK or an error where it does not belong.
                await session.SendAsync(stop, random.Next(3) switch { 0 => WirePackets.Eof, 1 => WirePackets.Ok, _ => WirePackets.Error(random.Next(5000), new string('e', random.Next(70_000))) });
                break;
            default: // A few bytes are others.
                await session.SendAsync(stop, honest.Select(p => Changed(p, random)));
                break;
        }

        await session.UntilClosedAsync(stop);
    }

    private static byte[] Changed(byte[] payload, Random random)
    {
        var changed = payload.ToArray();
        for (var i = 0; i < 1 + random.Next(3) && changed.Length > 0; i++)
        {
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
        }

        return changed;
    }

    private static async Task TrickleAsync(WireSession session, byte[] bytes, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var closed = session.UntilClosedAsync(end.Token);
        foreach (var one in bytes)
        {
            await session.RawAsync((byte[])[one], stop);
            await Task.WhenAny(closed, Task.Delay(20, stop));
            if (closed.IsCompleted)
            {
                break;
            }
        }

        await closed;
    }

    private static async Task FloodAsync(WireSession session, CancellationToken stop)
    {
        var block = RandomNumberGenerator.GetBytes(1 << 16);
        block[0] = block[1] = block[2] = 0xFF;
        for (; ; )
        {
            await session.RawAsync(session.Frame(block, 0xFFFFFF), stop);
        }
    }
}
