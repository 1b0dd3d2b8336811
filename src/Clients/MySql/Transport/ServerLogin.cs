namespace Drydock.Clients.MySql.Transport;

/// <summary>Carries a login, packet by packet, and stops it if the password would be revealed to a server that is not
/// verified. The package decides that by the transport that it sees: it trusts every local one.</summary>
internal sealed class ServerLogin(Stream server, Stream client, MySqlConnectionStringBuilder options)
{
    private const int LongestGreeting = 4096;
    private const int LongestPacket = 1 << 16;

    // Protocol version, then the text of the server's version with its NUL; after it thread id, first part of the
    // challenge and a zero byte. After the capabilities: character set, status, capabilities, length of the challenge,
    // ten bytes, at least 13 bytes of the challenge.
    private const int FromVersionToCapabilities = 4 + 8 + 1;
    private const int FromCapabilitiesToChallenge = 2 + 1 + 2 + 2 + 1 + 10;
    private const int ShortestChallenge = 13;
    private const int FirstChallenge = 8;
    private const int TlsRequestBytes = 32;

    private const uint HasTls = 0x800;
    private const uint MultiStatements = 0x10000;
    private const uint HasPlugins = 0x80000;

    private const byte Ok = 0x00;
    private const byte MoreData = 0x01;
    private const byte FastSuccess = 0x03;
    private const byte PasswordWanted = 0x04;
    private const byte Switch = 0xFE;
    private const byte Error = 0xFF;

    private const string Native = "mysql_native_password";
    private const string CachingSha2 = "caching_sha2_password";
    private const string Sha256 = "sha256_password";

    private Stream _server = server;
    private byte _toServer;
    private byte _toClient;

    /// <summary>The server's end, encrypted if the options ask for it.</summary>
    internal Stream Server => _server;

    // A challenge response proves the password without revealing it. The other two reveal it unless the server answers
    // `fast success`, so they need a server that was verified. Never: mysql_clear_password, dialog, mysql_old_password.
    private string[] Plugins => IsVerified ? [Native, CachingSha2, Sha256]
        : options.SslMode == MySqlSslMode.Disabled ? [Native, CachingSha2]
        : [Native];

    private bool IsVerified =>
        options.UnixSocket.Length > 0 || options.SslMode is MySqlSslMode.VerifyCA or MySqlSslMode.VerifyFull;

    private bool UsesTls => options.UnixSocket.Length == 0 && options.SslMode != MySqlSslMode.Disabled;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var (greeting, _) =
            await WirePacket.ReadAsync(_server, LongestGreeting, "The server's greeting", cancellationToken)
                .ConfigureAwait(false);
        if (greeting[0] == Error)
        {
            await ToClientAsync(greeting, cancellationToken).ConfigureAwait(false);
            return;
        }

        var shown = WithNativePlugin(greeting, out var capabilities);
        if (UsesTls && (capabilities & HasTls) == 0)
        {
            throw new LinkRefusedException(
                $"SSL Mode is {options.SslMode}, but the server offers no TLS. The password was not sent.",
                MySqlException.TlsFailed);
        }

        _toServer = 1;
        await ToClientAsync(shown, cancellationToken).ConfigureAwait(false);
        var response = Restricted(await FromClientAsync(cancellationToken).ConfigureAwait(false));
        if (UsesTls)
        {
            // The request is the beginning of the login. Some servers take the capabilities only from the request.
            await ToServerAsync(response.AsMemory(0, TlsRequestBytes), cancellationToken).ConfigureAwait(false);
            _server = await ServerTls.StartAsync(_server, options, cancellationToken).ConfigureAwait(false);
        }

        await ToServerAsync(response, cancellationToken).ConfigureAwait(false);
        while (!await StepAsync(cancellationToken).ConfigureAwait(false))
        {
            // Until the server accepts or refuses the login.
        }
    }

    private async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        var (answer, number) =
            await WirePacket.ReadAsync(_server, LongestPacket, "The server's answer to the login", cancellationToken)
                .ConfigureAwait(false);
        _toServer = (byte)(number + 1);
        switch (answer[0])
        {
            case Ok or Error:
                await ToClientAsync(answer, cancellationToken).ConfigureAwait(false);
                return true;
            case Switch when Allowed(answer) == Sha256:
            case MoreData when IsVerified && answer is [_, PasswordWanted]:
                // The package would refuse, because it does not know that the server is verified.
                await ToServerAsync(
                    (byte[])[.. Encoding.UTF8.GetBytes(options.Password), 0], cancellationToken).ConfigureAwait(false);
                if (answer[0] == MoreData)
                {
                    await ToClientAsync((byte[])[MoreData, FastSuccess], cancellationToken).ConfigureAwait(false);
                }

                return false;
            case Switch:
                await ToClientAsync(answer, cancellationToken).ConfigureAwait(false);
                await ToServerAsync(
                    await FromClientAsync(cancellationToken).ConfigureAwait(false), cancellationToken)
                        .ConfigureAwait(false);
                return false;
            case MoreData when answer is [_, FastSuccess]:
                await ToClientAsync(answer, cancellationToken).ConfigureAwait(false);
                return false;
            case MoreData:
                throw Unsafe("The server asks for the password itself, perhaps encrypted with a key that it sends.");
            default:
                throw new LinkRefusedException(
                    "The server's answer to the login is malformed.", MySqlException.Malformed);
        }
    }

    private string Allowed(byte[] request)
    {
        if (request.Length == 1)
        {
            throw Unsafe("The server asks for the password in the format of MySQL before 4.1.");
        }

        var end = Array.IndexOf(request, (byte)0, 1);
        var name = Encoding.UTF8.GetString(request.AsSpan(1..(end < 0 ? request.Length : end)));
        return Plugins.Contains(name, StringComparer.Ordinal)
            ? name
            : throw Unsafe($"The server asks for a login with '{(name.Length <= 64 ? name : name[..64])}'.");
    }

    private LinkRefusedException Unsafe(string what) => new(
        $"{what} Over this connection that could reveal the password to an unverified server, or it is not supported. "
            + "Use TLS that verifies the server (VerifyCA or VerifyFull), or use another authentication plugin for "
            + $"the user. Allowed are: {string.Join(", ", Plugins)}.",
        MySqlException.AuthenticationRefused);

    // Whatever plugin the greeting names, the first answer is a challenge response; the server then requests another
    // plugin if it needs one.
    private static byte[] WithNativePlugin(byte[] greeting, out uint capabilities)
    {
        var at = Array.IndexOf(greeting, (byte)0) + 1 + FromVersionToCapabilities;
        var challenge = at + FromCapabilitiesToChallenge;
        if (greeting[0] != 10 || at <= FromVersionToCapabilities || challenge > greeting.Length)
        {
            throw new LinkRefusedException(
                "The server's greeting is malformed. Is this a MySQL server?", MySqlException.Malformed);
        }

        capabilities = BinaryPrimitives.ReadUInt16LittleEndian(greeting.AsSpan(at))
            | ((uint)BinaryPrimitives.ReadUInt16LittleEndian(greeting.AsSpan(at + 5)) << 16);
        var plugin = challenge + Math.Max(ShortestChallenge, greeting[at + 7] - FirstChallenge);
        return (capabilities & HasPlugins) == 0 || plugin > greeting.Length
            ? greeting
            : [.. greeting[..plugin], .. Encoding.ASCII.GetBytes(Native), 0];
    }

    // The package always asks for several statements in one command, and does not know about the TLS.
    private byte[] Restricted(byte[] response)
    {
        if (response.Length < TlsRequestBytes)
        {
            throw new LinkRefusedException("The package sent no login.", MySqlException.Malformed);
        }

        var flags = BinaryPrimitives.ReadUInt32LittleEndian(response);
        flags = options.AllowMultipleStatements ? flags : flags & ~MultiStatements;
        BinaryPrimitives.WriteUInt32LittleEndian(response, UsesTls ? flags | HasTls : flags);
        return response;
    }

    private async Task<byte[]> FromClientAsync(CancellationToken cancellationToken)
    {
        var (payload, number) = await WirePacket.ReadAsync(client, LongestPacket, "The login", cancellationToken)
            .ConfigureAwait(false);
        _toClient = (byte)(number + 1);
        return payload;
    }

    private Task ToServerAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        WirePacket.WriteAsync(_server, payload, _toServer++, cancellationToken);

    private Task ToClientAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        WirePacket.WriteAsync(client, payload, _toClient++, cancellationToken);
}
