namespace Drydock.Clients.MySql.Native;

/// <summary>
/// Ends a connection's I/O from any thread without touching the native handle: it shuts down a duplicate of the
/// socket's descriptor. Only this object closes the duplicate, so a descriptor that another part of the process has
/// opened meanwhile is never affected.
/// </summary>
internal sealed class SocketGuard
{
    private const int NoSocket = -1;
    private const int TimedOut = 110;
    private const int ConnectionAborted = 103;

    private readonly Lock _lock = new();
    private readonly int _readMilliseconds;
    private readonly int _writeMilliseconds;
    private readonly PacketSizes _packets;
    private int _duplicate = NoSocket;
    private bool _greeted;
    private bool _ended;
    private bool _closed;
    private long _budget = long.MaxValue;

    /// <param name="readSeconds">Seconds without a byte after which a read fails; 0 for none.</param>
    /// <param name="writeSeconds">Seconds without progress after which a write fails; 0 for none.</param>
    /// <param name="largestPacket">Bytes of a packet, of all its parts, that the server may send.</param>
    /// <param name="login">The inspection of the login.</param>
    internal SocketGuard(uint readSeconds, uint writeSeconds, long largestPacket, LoginWatch login)
    {
        _packets = new PacketSizes(largestPacket);
        _readMilliseconds = Milliseconds(readSeconds);
        _writeMilliseconds = Milliseconds(writeSeconds);
        Login = login;
    }

    internal LoginWatch Login { get; }

    /// <summary>Why this side ended the connection, with the error number to report; null if it did not.</summary>
    internal (string Message, int Number)? Refusal { get; private set; }

    /// <summary><see cref="End"/> was called.</summary>
    internal bool HasEnded
    {
        get
        {
            lock (_lock)
            {
                return _ended;
            }
        }
    }

    /// <summary>Bytes that the server may send until the next call of this; more bytes end the connection.</summary>
    internal void Allow(long bytes) => _budget = bytes;

    /// <summary>
    /// Makes all further I/O of the connection fail. Safe from any thread and at any time, also after
    /// <see cref="Close"/>.
    /// </summary>
    internal void End()
    {
        lock (_lock)
        {
            _ended = true;
            if (_duplicate != NoSocket)
            {
                _ = NativeMethods.shutdown(_duplicate, NativeMethods.ShutdownBoth);
            }
        }
    }

    /// <summary>
    /// Shuts the socket down, so that a child process that inherited it does not keep the session alive, and closes the
    /// duplicate.
    /// </summary>
    internal void Close()
    {
        lock (_lock)
        {
            End();
            _closed = true;
            Release();
        }
    }

    /// <summary>The library is about to wait for the socket. On the connection's thread.</summary>
    /// <returns>1 when the socket is ready, less when the wait failed; then the second value is errno.</returns>
    internal (int Result, int Error) Wait(int socket, bool isRead)
    {
        // Each address of a host uses a separate socket, possibly with the same number; the last one counts.
        if (!_greeted && !isRead)
        {
            Learn(socket);
        }

        lock (_lock)
        {
            if (_ended)
            {
                return (-1, ConnectionAborted);
            }
        }

        // Shutting the duplicate down wakes this wait.
        return NativeMethods.WaitFor(socket, isRead, isRead ? _readMilliseconds : _writeMilliseconds) switch
        {
            0 => (0, TimedOut),
            < 0 => (-1, ConnectionAborted),
            _ => (1, 0),
        };
    }

    /// <summary>The library has read these bytes and not processed them yet. On the connection's thread.</summary>
    internal void Read(int socket, Span<byte> data)
    {
        if (!_greeted)
        {
            _greeted = true;
            Learn(socket);
        }

        if (Login.Look(data) is { } refusal)
        {
            Refuse(refusal.Message, refusal.Number);

            // A closed socket is not enough: the library would still load the plugin named by the server and let it use
            // the terminal.
            data.Fill(0xFF);
        }

        _budget -= data.Length;
        if (_budget < 0 || !_packets.Look(data))
        {
            Refuse("The server sends more than this client accepts.", MySqlException.AnswerTooLarge);
        }
    }

    private static int Milliseconds(uint seconds) => seconds == 0 ? -1 : (int)Math.Min(seconds * 1000L, int.MaxValue);

    private void Refuse(string message, int number)
    {
        Refusal ??= (message, number);
        End();
    }

    private void Learn(int socket)
    {
        lock (_lock)
        {
            Release();
            if (_closed)
            {
                return;
            }

            // The library opens sockets that children would inherit.
            _ = NativeMethods.fcntl(socket, NativeMethods.SetDescriptorFlags, NativeMethods.CloseOnExec);
            _duplicate = NativeMethods.fcntl(socket, NativeMethods.DuplicateCloseOnExec, 0);
            if (_duplicate == NoSocket)
            {
                Refusal ??= ("The process has no descriptor left for a duplicate of the socket.", 2013);
                _ended = true;
            }

            if (_ended)
            {
                _ = NativeMethods.shutdown(socket, NativeMethods.ShutdownBoth);
            }
        }
    }

    private void Release()
    {
        if (_duplicate != NoSocket)
        {
            _ = NativeMethods.close(_duplicate);
            _duplicate = NoSocket;
        }
    }
}
