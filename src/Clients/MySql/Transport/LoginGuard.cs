namespace Drydock.Clients.MySql.Transport;

/// <summary>Watches a login without TLS, where an attacker may answer: only a challenge response may be asked for,
/// which proves the password without revealing it. The package would send the password itself, because it takes a
/// socket file for safe.</summary>
internal sealed class LoginGuard
{
    private const int Header = 4;
    private const int LongestPacket = 64 * 1024;
    private const byte Ok = 0x00;
    private const byte MoreData = 0x01;
    private const byte FastSuccess = 0x03;
    private const byte Switch = 0xFE;
    private const byte Error = 0xFF;

    private static readonly string[] ChallengeResponses = ["mysql_native_password", "caching_sha2_password"];

    private readonly List<byte> _pending = [];
    private bool _isGreeted;
    private bool _isOver;

    /// <summary>Looks at what the server sends; why it must not reach the package, or null.</summary>
    public string? Look(ReadOnlySpan<byte> data)
    {
        if (_isOver)
        {
            return null;
        }

        _pending.AddRange(data);
        while (!_isOver && _pending.Count >= Header)
        {
            var length = _pending[0] | (_pending[1] << 8) | (_pending[2] << 16);
            if (length is 0 or > LongestPacket)
            {
                return "The server's answer to the login is malformed. Check that a MySQL server listens there.";
            }

            if (_pending.Count < Header + length)
            {
                break;
            }

            var packet = _pending.GetRange(Header, length).ToArray();
            _pending.RemoveRange(0, Header + length);
            if (Danger(packet) is { } danger)
            {
                return danger;
            }
        }

        return null;
    }

    private string? Danger(byte[] packet)
    {
        switch (packet[0])
        {
            case Error:
                _isOver = true;
                return null;
            case var _ when !_isGreeted:
                // The first answer to a greeting is a challenge response, whatever plugin it names, or the package
                // refuses.
                _isGreeted = true;
                return null;
            case Ok:
                _isOver = true;
                return null;
            case MoreData when packet is [_, FastSuccess]:
                return null;
            case Switch when ChallengeResponses.Contains(Plugin(packet), StringComparer.Ordinal):
                return null;
            case Switch:
                return Unsafe($"The server asks for a login with '{Plugin(packet)}'.");
            default:
                return Unsafe("The server asks for the password itself, perhaps encrypted with a key that it sends.");
        }
    }

    private static string Plugin(byte[] packet)
    {
        var end = Array.IndexOf(packet, (byte)0, 1);
        var name = Encoding.UTF8.GetString(packet.AsSpan(1..(end < 0 ? packet.Length : end)));
        return name.Length <= 64 ? name : name[..64];
    }

    private static string Unsafe(string what) =>
        $"{what} Without TLS that could reveal the password. Set tls.mode to VerifyCA or VerifyIdentity, or pin the "
            + "server's certificate with tls.fingerprint.";
}
