using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Clients.Ssh;

/// <summary>Encrypted private keys and their passphrases.</summary>
public sealed class SshMaterialTests
{
    private static readonly byte[] Hosts = "hosts"u8.ToArray();
    private static readonly byte[] Phrase = "canary-phrase\n"u8.ToArray();

    [Theory]
    [InlineData("none", false)]
    [InlineData("aes256-ctr", true)]
    [InlineData("chacha20-poly1305@openssh.com", true)]
    public void Cipher_of_OpenSSH_key_is_read(string cipher, bool isEncrypted) =>
        PrivateKeyFormat.IsEncrypted(OpenSsh(cipher)).ShouldBe(isEncrypted);

    [Theory]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIF\n", true)]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0\n\nMII\n", true)]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIF\n", false)]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nnot base64!\n", false)]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\n", false)]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n", false)]
    [InlineData("NOT-A-KEY", false)]
    [InlineData("", false)]
    public void Other_forms_are_recognized_by_their_headers(string key, bool isEncrypted) =>
        PrivateKeyFormat.IsEncrypted(Encoding.ASCII.GetBytes(key)).ShouldBe(isEncrypted);

    [Fact]
    public void Encrypted_key_without_passphrase_is_refused()
    {
        var refusal = Should.Throw<RemoteException>(() => new SshMaterial(OpenSsh("aes256-ctr"), Hosts));

        refusal.Reason.ShouldBe(RemoteRefusal.LocalClient);
        refusal.Message.ShouldContain("passphrase");
    }

    [Fact]
    public void Secret_with_passphrase_opens_an_encrypted_key()
    {
        var material = SshMaterial.FromSecretData(new Dictionary<string, byte[]>
        {
            [SshMaterial.PrivateKeyKey] = OpenSsh("aes256-ctr"),
            [SshMaterial.KnownHostsKey] = Hosts,
            [SshMaterial.PassphraseKey] = Phrase,
        });

        material.IsEncrypted.ShouldBeTrue();
        material.Passphrase.ToArray().ShouldBe(Phrase);
        material.ToString().ShouldNotContain("canary");
    }

    [Fact]
    public void Passphrase_of_a_key_without_one_is_not_kept()
    {
        var material = new SshMaterial(OpenSsh("none"), Hosts, Phrase);

        material.Passphrase.IsEmpty.ShouldBeTrue();
        material.ShouldBe(new SshMaterial(OpenSsh("none"), Hosts));
    }

    [Fact]
    public void Changed_passphrase_makes_other_material() =>
        new SshMaterial(OpenSsh("aes256-ctr"), Hosts, Phrase)
            .ShouldNotBe(new SshMaterial(OpenSsh("aes256-ctr"), Hosts, "other"u8.ToArray()));

    // The head of the format is all that is read (PROTOCOL.key of OpenSSH).
    private static byte[] OpenSsh(string cipher)
    {
        byte[] head =
        [
            .. "openssh-key-v1\0"u8, 0, 0, 0, (byte)cipher.Length, .. Encoding.ASCII.GetBytes(cipher), 0, 0, 0, 6,
            .. "bcrypt"u8, .. new byte[100],
        ];
        return Encoding.ASCII.GetBytes(
            "-----BEGIN OPENSSH PRIVATE "
            + $"KEY-----\n{Convert.ToBase64String(head, Base64FormattingOptions.InsertLineBreaks)}\n-----END OPENSSH "
            + "PRIVATE KEY-----\n");
    }
}
