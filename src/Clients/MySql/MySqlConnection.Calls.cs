using System.Data;
using System.Globalization;
using Drydock.Clients.MySql.Native;
using Drydock.Clients.MySql.Protocol;

namespace Drydock.Clients.MySql;

/// <content>Native calls, one at a time, each of which can be ended.</content>
public sealed partial class MySqlConnection
{
    private static readonly TimeSpan ResolverGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AbsorbLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();

    /// <summary>Runs a native call, interrupted by the limit (seconds, 0 for none) or the token.</summary>
    internal T Run<T>(uint limit, bool isCommand, Func<NativeConnection, T> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var native = Native;
        if (!_gate.TryEnter())
        {
            throw new InvalidOperationException(
                "The connection is running another command; only one at a time is possible.");
        }

        try
        {
            if (_state == ConnectionState.Broken)
            {
                throw new MySqlException(
                    $"The connection to {_options.Describe()} is broken, open a new one. It ended with: {_brokenBy}",
                    2006,
                    "HY000",
                    innerException: null);
            }

            if (isCommand)
            {
                RequireNoReader();
                AbsorbKill(native, cancellationToken);
            }

            return Interruptible(native, Target(), TimeSpan.FromSeconds(limit), _ => call(native), cancellationToken);
        }
        catch (MySqlException e) when (e.IsConnectionError || native.Socket.HasEnded)
        {
            Break(native, e.Message);
            throw;
        }
        finally
        {
            // For example, the limit expired after the answer had arrived.
            if (native.Socket.HasEnded)
            {
                Break(native, "It was ended during a command.");
            }

            _gate.Exit();
        }
    }

    internal Task<T> RunAsync<T>(
        uint limit, bool isCommand, Func<NativeConnection, T> call, CancellationToken cancellationToken)
    {
        _ = Native;
        cancellationToken.ThrowIfCancellationRequested();
        _thread ??= new ConnectionThread();
        return _thread.RunAsync(() => Run(limit, isCommand, call, cancellationToken));
    }

    /// <summary>
    /// Drains the rest of a reader's results within the bounds of <see cref="ResultDrain"/>. Never throws because of
    /// the server's answer.
    /// </summary>
    internal bool Finish(ResultStream stream)
    {
        if (!_gate.TryEnter())
        {
            throw new InvalidOperationException(
                "The connection is running another command; only one at a time is possible.");
        }

        try
        {
            if (_state == ConnectionState.Open && _native is { } native)
            {
                Drain(native, stream);
            }

            stream.Dispose();
        }
        finally
        {
            _gate.Exit();
        }

        return true;
    }

    /// <summary>As <see cref="Finish"/>, for a running command without a reader.</summary>
    internal void Discard(NativeConnection native, ResultStream stream)
    {
        if (!native.Socket.HasEnded)
        {
            Drain(native, stream);
        }

        stream.Dispose();
    }

    internal Task<bool> FinishAsync(ResultStream stream) => _thread is { } thread && _state == ConnectionState.Open
        ? thread.RunAsync(() => Finish(stream))
        : Task.FromResult(Finish(stream));

    private static OpenedSession Connect(
        MySqlConnectionStringBuilder options, TimeProvider time, CancellationToken cancellationToken)
    {
        var native = new NativeConnection(options);
        try
        {
            using var interruption = new Interruption(
                native.Socket, target: null, TimeSpan.FromSeconds(options.ConnectionTimeout), time, cancellationToken);
            try
            {
                native.Connect(options);
                var session = OpenedSession.Read(native);
                if (!interruption.End())
                {
                    return session;
                }

                cancellationToken.ThrowIfCancellationRequested();
                throw TooSlow(options, inner: null);
            }
            catch (MySqlException e) when (interruption.End() && native.Socket.Refusal is null)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw TooSlow(options, e);
            }
        }
        catch
        {
            native.Dispose();
            throw;
        }
    }

    private static MySqlException TooSlow(MySqlConnectionStringBuilder options, Exception? inner) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Cannot connect to {options.Describe()}: no session was established within {options.ConnectionTimeout} s, "
                + $"including the login."),
        2013,
        "HY000",
        inner);

    private T Interruptible<T>(
        NativeConnection native,
        KillTarget? target,
        TimeSpan limit,
        Func<Interruption, T> call,
        CancellationToken cancellationToken)
    {
        using var scope = native.Enter();
        using var interruption = new Interruption(native.Socket, target, limit, Time, cancellationToken);
        try
        {
            return call(interruption);
        }
        catch (MySqlException e) when (IsInterrupted(e) && interruption.End())
        {
            if (e.IsConnectionError)
            {
                Break(native, e.Message);
            }

            if (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException("The command was cancelled.", e, cancellationToken);
            }

            throw new MySqlException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The command took longer than its limit of {limit.TotalSeconds} s and was ended."),
                3024,
                "HY000",
                e);
        }
        catch (MySqlException e) when (IsInterrupted(e)
            && !e.IsConnectionError
            && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The command was cancelled.", e, cancellationToken);
        }
        finally
        {
            _killMayBePending |= interruption.End();
        }
    }

    // Without a server name a second connection cannot verify that it reached the same server.
    private KillTarget? Target() => _server.Length > 0 ? new KillTarget(_options, ConnectionId, _server) : null;

    // 1317 query interrupted, 1028 sort aborted, 1969 max_statement_time.
    private static bool IsInterrupted(MySqlException e) => e.IsConnectionError || e.Number is 1317 or 1028 or 1969;

    private void Drain(NativeConnection native, ResultStream stream)
    {
        try
        {
            if (!stream.Finished
                && !Interruptible(
                    native,
                    Target(),
                    ResultDrain.Limit,
                    interruption => ResultDrain.Run(stream, interruption),
                    CancellationToken.None))
            {
                Break(native, "A reader was closed before its end, and the server did not stop sending the rest.");
            }
        }
        catch (MySqlException e)
        {
            // The error that ended the statement early is ignored, because the reader is no longer used.
            if (e.IsConnectionError || native.Socket.HasEnded)
            {
                Break(native, e.Message);
            }
        }
    }

    // A late KILL QUERY hits the next statement, so a statement without effect is sent.
    private void AbsorbKill(NativeConnection native, CancellationToken cancellationToken)
    {
        if (!_killMayBePending)
        {
            return;
        }

        _killMayBePending = false;
        try
        {
            Interruptible(
                native,
                target: null,
                AbsorbLimit,
                _ =>
                {
                    native.Send("DO SLEEP(0)"u8);
                    return true;
                },
                cancellationToken);
        }
        catch (MySqlException e) when (IsInterrupted(e) && !e.IsConnectionError)
        {
            // The KILL QUERY arrived.
        }
    }

    private void EndCallUnderWay()
    {
        if (_gate.TryEnter())
        {
            _gate.Exit();
        }
        else
        {
            _native?.Socket.End();
        }
    }

    private void Break(NativeConnection native, string reason)
    {
        native.Socket.End();
        if (_state == ConnectionState.Open)
        {
            _brokenBy = reason;
            Set(ConnectionState.Broken);
        }
    }
}
