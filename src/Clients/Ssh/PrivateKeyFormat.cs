using System.Buffers.Binary;

namespace Drydock.Clients.Ssh;

/// <summary>Reads from the outer form of a private key whether a passphrase protects it.</summary>
internal static class PrivateKeyFormat
{
    private const string OpenSshBegin = "-----BEGIN OPENSSH PRIVATE KEY-----";

    // What precedes the name of the cipher, and the name "none", are 23 bytes.
    private const int HeaderCharacters = 32;

    private static ReadOnlySpan<byte> Magic => "openssh-key-v1\0"u8;

    /// <summary>True for an OpenSSH key with a cipher, an encrypted PKCS#8 key and an encrypted PEM key of the older
    /// form. False for anything that is not a private key: the ssh program says what is wrong with it.</summary>
    public static bool IsEncrypted(ReadOnlySpan<byte> key)
    {
        var text = Encoding.ASCII.GetString(key);
        return text.Contains("-----BEGIN ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal)
            || text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal)
            || HasCipher(text);
    }

    // The binary form begins with the magic word, then the length and the name of the cipher (PROTOCOL.key of OpenSSH).
    private static bool HasCipher(string text)
    {
        var begin = text.IndexOf(OpenSshBegin, StringComparison.Ordinal);
        if (begin < 0)
        {
            return false;
        }

        var header = string.Concat(
            text.Skip(begin + OpenSshBegin.Length).Where(c => !char.IsWhiteSpace(c)).Take(HeaderCharacters));
        var bytes = new byte[HeaderCharacters];
        if (!Convert.TryFromBase64String(header, bytes, out var length) || length < Magic.Length + sizeof(int)
            || !bytes.AsSpan().StartsWith(Magic))
        {
            return false;
        }

        var cipher = bytes.AsSpan(Magic.Length, length - Magic.Length);
        var nameLength = BinaryPrimitives.ReadInt32BigEndian(cipher);
        return nameLength != "none".Length || !cipher[sizeof(int)..].StartsWith("none"u8);
    }
}
