using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Drydock.Clients.MySql.Native;

/// <summary>
/// Inspects a login and stops it if the password would be sent to an unverified server: the library decides by the
/// requested options, not by what the server has agreed to.
/// </summary>
/// <param name="channel">The transport of the login.</param>
/// <param name="plugins">The allowed authentication plugins, by their exact names. The library's own list does not
/// help: after a plugin switch it checks the wrong name.</param>
internal sealed class LoginWatch(LoginChannel channel, IReadOnlyCollection<string> plugins)
{
    private const int Header = 4;
    private const int LongestGreeting = 4096;
    private const int LongestPlugin = 64;
    private const int BytesThatMatter = 1 + LongestPlugin + 1;
    private const ushort ServerHasTls = 0x800;

    // Protocol version, then the text of the server's version with its NUL; after it thread id, first part of the
    // challenge and a zero byte.
    private const int FromVersionToCapabilities = 4 + 8 + 1;

    private const byte Ok = 0x00;
    private const byte MoreData = 0x01;
    private const byte FastSuccess = 0x03;
    private const byte Switch = 0xFE;
    private const byte Error = 0xFF;

    private readonly byte[] _packet = new byte[Header + LongestGreeting];
    private int _have;
    private int _skip;
    private bool _greeted;
    private bool _answered;
    private bool _over;

    /// <summary>Ends the inspection after the login.</summary>
    internal void End() => _over = true;

    /// <summary>Takes the next bytes from the server.</summary>
    /// <returns>Why the login must not continue, with an error number; null if it may.</returns>
    internal (string Message, int Number)? Look(ReadOnlySpan<byte> data)
    {
        while (!_over && data.Length > 0)
        {
            if (_skip > 0)
            {
                var skipped = Math.Min(_skip, data.Length);
                _skip -= skipped;
                data = data[skipped..];
                continue;
            }

            _packet[_have++] = data[0];
            data = data[1..];
            if (_have < Header)
            {
                continue;
            }

            var length = _packet[0] | (_packet[1] << 8) | (_packet[2] << 16);
            var refusal = _greeted ? Answer(length) : Greeting(length);
            if (refusal is not null)
            {
                return refusal;
            }

            if (_greeted && !_answered && data.Length > 0)
            {
                // It would be treated as an answer received over TLS.
                return ("The server sent more than its greeting before the login.", MySqlException.Malformed);
            }

            _answered = _greeted;
        }

        return null;
    }

    private (string Message, int Number) Unsafe(string what) => (
        $"{what} Over this connection that could reveal the password to an unverified server. "
            + "Use TLS that verifies the server (VerifyCA or VerifyFull),"
        + $" or use another authentication plugin for the user. Allowed are: {string.Join(", ", plugins)}.",
        MySqlException.AuthenticationRefused);

    private (string Message, int Number)? Greeting(int length)
    {
        if (length is 0 or > LongestGreeting)
        {
            return (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The server's greeting has {length} bytes, expected 1 to {LongestGreeting}. "
                        + $"Is this a MySQL server?"),
                MySqlException.Malformed);
        }

        if (_have < Header + length)
        {
            return null;
        }

        var greeting = _packet.AsSpan(Header, length);
        _have = 0;
        _greeted = true;
        if (greeting[0] == Error)
        {
            _over = true;
            return null;
        }

        var end = greeting.IndexOf((byte)0);
        var at = end + 1 + FromVersionToCapabilities;
        if (greeting[0] != 10 || end < 0 || at + 2 > length)
        {
            return ("The server's greeting is malformed. Is this a MySQL server?", MySqlException.Malformed);
        }

        var hasTls = (BinaryPrimitives.ReadUInt16LittleEndian(greeting[at..]) & ServerHasTls) != 0;
        return channel is LoginChannel.Tls or LoginChannel.VerifiedTls && !hasTls
            ? ("TLS is required, but the server offers none. The password was not sent.", 2026)
            : null;
    }

    private (string Message, int Number)? Answer(int length)
    {
        var matter = Math.Min(length, BytesThatMatter);
        if (_have < Header + matter)
        {
            return null;
        }

        var answer = _packet.AsSpan(Header, matter);
        _have = 0;
        _skip = length - matter;
        switch (length == 0 ? -1 : answer[0])
        {
            case Ok or Error:
                _over = true;
                return null;
            case Switch when length == 1:
                return Unsafe("The server asks for the password in the format of MySQL before 4.1.");
            case Switch:
                var name =
                    Encoding.UTF8.GetString(answer[1..(answer.IndexOf((byte)0) is > 0 and var end ? end : matter)]);
                return plugins.Contains(name, StringComparer.Ordinal)
                    ? null
                    : Unsafe($"The server asks for a login with '{name}'.");
            case MoreData when channel is LoginChannel.VerifiedTls or LoginChannel.UnixSocket
                || (length == 2 && answer[1] == FastSuccess):
                return null;
            case MoreData:
                return Unsafe(
                    "The server asks for the password itself, perhaps encrypted with a key that the server sends.");
            default:
                return ("The server's answer to the login is malformed.", MySqlException.Malformed);
        }
    }
}

/// <summary>The transport of a login.</summary>
internal enum LoginChannel
{
    /// <summary>TCP without TLS.</summary>
    Plain,

    /// <summary>TCP with TLS; the server is not verified.</summary>
    Tls,

    /// <summary>TCP with TLS to a server whose certificate is verified.</summary>
    VerifiedTls,

    /// <summary>A socket file of this machine.</summary>
    UnixSocket,
}
