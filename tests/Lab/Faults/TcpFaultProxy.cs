using System.Buffers.Binary;
using System.Net.Sockets;

namespace Drydock.Lab;

/// <summary>
/// A fault proxy in front of a <see cref="MetaDb"/>. It parses the MySQL protocol and numbers the statements that
/// change something (text and prepared ones). On a connection with TLS or compression it can cut, freeze and refuse,
/// but sees no statements.
/// </summary>
public sealed class TcpFaultProxy : FaultProxy
{
    private const byte ComQuery = 0x03;
    private const byte ComPrepare = 0x16;
    private const byte ComExecute = 0x17;
    private const uint ClientCompress = 0x20;
    private const uint ClientSsl = 0x800;
    private readonly string _host;
    private readonly int _port;
    private volatile SqlCut? _cut;

    public TcpFaultProxy(LabRun run, MetaDb database, FaultLedger? ledger = null)
        : this(run, "sql", database.Address, database.Port, ledger)
    {
    }

    /// <summary>Starts a proxy in front of any server with the MySQL protocol.</summary>
    public TcpFaultProxy(LabRun run, string name, string host, int port, FaultLedger? ledger = null)
        : base(run, name, ledger)
    {
        _host = host;
        _port = port;
        Begin();
    }

    /// <summary>Selects the statements that count as acts; by default those that change something.</summary>
    public Func<string, bool> IsAct { get; set; } = SqlStatement.Changes;

    /// <summary>
    /// Cuts a connection in the middle: once, after a matching statement, this many bytes have passed in one direction.
    /// Other connections continue, and so does the next connection of the same kind.
    /// </summary>
    /// <param name="marks">The statement that selects the connection, for instance of a dump or a load.</param>
    /// <param name="fromServer">Bytes of the server's answers (a dump), or of the client's statements (a load).</param>
    /// <param name="bytes">Number of bytes.</param>
    /// <param name="times">Number of connections.</param>
    /// <returns>Ends when the last of them was cut.</returns>
    public Task CutAfterAsync(Func<string, bool> marks, bool fromServer, long bytes, int times = 1)
    {
        var cut = new SqlCut(marks, fromServer, bytes, times);
        _cut = cut;
        return cut.Done;
    }

    /// <summary>Ends <see cref="CutAfterAsync"/>.</summary>
    public void StopCutting() => _cut = null;

    private protected override async Task ServeAsync(ProxyConnection connection, CancellationToken cancellationToken)
    {
        await using var clientStream = new NetworkStream(connection.Client, ownsSocket: false);
        await using var serverStream = await connection.ConnectAsync(_host, _port);
        using var session = new Session(this, connection, new WireReader(clientStream), new WireReader(serverStream));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = session.ClientToServerAsync(end.Token);
        var down = session.ServerToClientAsync(end.Token);
        try
        {
            // If either side ends, both end.
            await await Task.WhenAny(up, down);
        }
        finally
        {
            await end.CancelAsync();
            connection.Client.Close();
            await Task.WhenAll(up, down).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private sealed class Session(TcpFaultProxy proxy, ProxyConnection connection, WireReader client, WireReader server)
        : IDisposable
    {
        private readonly ConcurrentDictionary<uint, string> _prepared = new();
        private readonly SemaphoreSlim _toClient = new(1, 1);
        private bool _opaque;
        private bool _greeted;
        private SqlCut? _marked;
        private long _counted;

        // The act to which the next answer of the server belongs.
        private volatile FaultAct? _act;
        private volatile string? _preparing;

        public void Dispose() => _toClient.Dispose();

        public async Task ClientToServerAsync(CancellationToken cancellationToken)
        {
            while (!_opaque && await SqlPacket.ReadAsync(client, cancellationToken) is { } packet)
            {
                await proxy.ThawedAsync(cancellationToken);
                if (!_greeted)
                {
                    _greeted = true;
                    _opaque = HidesStatements(packet);
                }
                else if (packet.Sequence == 0 && !await CommandAsync(packet, cancellationToken))
                {
                    continue;
                }

                Count(fromServer: false, packet.Payload.Length);
                await server.Stream.WriteAsync(packet.ToBytes(), cancellationToken);
            }

            await client.CopyToEndAsync(
                async piece =>
                {
                    await proxy.ThawedAsync(cancellationToken);
                    await server.Stream.WriteAsync(piece, cancellationToken);
                },
                cancellationToken);
        }

        public async Task ServerToClientAsync(CancellationToken cancellationToken)
        {
            // Peek first: while this waits, the client may have switched to TLS, and the next bytes are then not
            // packets.
            while (await server.PeekAsync(cancellationToken) && !_opaque
                && await SqlPacket.ReadAsync(server, cancellationToken) is { } packet)
            {
                await proxy.ThawedAsync(cancellationToken);
                if (Interlocked.Exchange(ref _preparing, null) is { } sql && packet.First == 0
                    && packet.Payload.Length >= 5)
                {
                    _prepared[BinaryPrimitives.ReadUInt32LittleEndian(packet.Payload.AsSpan(1))] = sql;
                }

                if (Interlocked.Exchange(ref _act, null) is { } act)
                {
                    // The first packet of an answer means that the statement was executed.
                    var action = await proxy.Ledger.StrikeAsync(act, FaultSide.After);
                    if (action is not FaultAction.PassAction)
                    {
                        await StrikeAsync(action, cancellationToken);
                    }
                }

                Count(fromServer: true, packet.Payload.Length);
                await WriteToClientAsync(packet.ToBytes(), cancellationToken);
            }

            await server.CopyToEndAsync(
                async piece =>
                {
                    await proxy.ThawedAsync(cancellationToken);
                    await WriteToClientAsync(piece, cancellationToken);
                },
                cancellationToken);
        }

        private static bool HidesStatements(SqlPacket handshake) =>
            handshake.Payload.Length >= 4
            && (BinaryPrimitives.ReadUInt32LittleEndian(handshake.Payload) & (ClientSsl | ClientCompress)) is var flags
            && ((flags & ClientCompress) != 0 || (flags & ClientSsl) != 0);

        // Returns whether the command is forwarded to the server.
        private async Task<bool> CommandAsync(SqlPacket packet, CancellationToken cancellationToken)
        {
            var sql = packet.First switch
            {
                ComQuery or ComPrepare => Encoding.UTF8.GetString(packet.Payload.AsSpan(1)),
                ComExecute when packet.Payload.Length >= 5 => _prepared.GetValueOrDefault(
                    BinaryPrimitives.ReadUInt32LittleEndian(packet.Payload.AsSpan(1))),
                _ => null,
            };
            if (packet.First == ComPrepare)
            {
                _preparing = sql;
                return true;
            }

            if (sql is not null && _marked is null && proxy._cut is { } cut && cut.Marks(sql))
            {
                _marked = cut;
            }

            if (sql is null || !proxy.IsAct(sql))
            {
                return true;
            }

            var digest = Convert.ToHexStringLower(SHA256.HashData(packet.Payload))[..12];
            var act = proxy.Ledger.Record(proxy.Name, SqlStatement.Verb(sql), SqlStatement.Shape(sql), digest);
            var action = await proxy.Ledger.StrikeAsync(act, FaultSide.Before);
            switch (action)
            {
                case FaultAction.PassAction:
                    _act = act;
                    return true;
                case FaultAction.AnswerAction answer:
                    await DropContinuationAsync(packet, cancellationToken);
                    await WriteToClientAsync(
                        SqlPacket.Error(1, answer.Code, answer.Body ?? "fault injected by the lab").ToBytes(),
                        cancellationToken);
                    return false;
                default:
                    await StrikeAsync(action, cancellationToken);
                    return false;
            }
        }

        // Cut or hang. An answer after the act replaces the server's answer by an error and a closed connection,
        // because the rest of the server's answer must not follow it.
        private async Task StrikeAsync(FaultAction action, CancellationToken cancellationToken)
        {
            if (action is FaultAction.HangAction && await client.PeekAsync(cancellationToken))
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            if (action is FaultAction.AnswerAction answer)
            {
                await WriteToClientAsync(
                    SqlPacket.Error(1, answer.Code, answer.Body ?? "fault injected by the lab").ToBytes(),
                    cancellationToken);
                throw new IOException("The lab ends this connection after an error in the server's place");
            }

            connection.Abort();
            throw new IOException("The lab cuts this connection");
        }

        private void Count(bool fromServer, int bytes)
        {
            if (_marked is not { } cut || cut.FromServer != fromServer || cut != proxy._cut
                || Interlocked.Add(ref _counted, bytes) <= cut.Bytes || !cut.TryTake())
            {
                return;
            }

            connection.Abort();
            throw new IOException("The lab cuts this connection in the middle");
        }

        private async Task DropContinuationAsync(SqlPacket packet, CancellationToken cancellationToken)
        {
            var last = packet;
            while (last.Continues)
            {
                last = await SqlPacket.ReadAsync(client, cancellationToken)
                    ?? throw new EndOfStreamException("The client ended inside of a statement");
            }
        }

        private async Task WriteToClientAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            await _toClient.WaitAsync(cancellationToken);
            try
            {
                await client.Stream.WriteAsync(bytes, cancellationToken);
            }
            finally
            {
                _toClient.Release();
            }
        }
    }
}
