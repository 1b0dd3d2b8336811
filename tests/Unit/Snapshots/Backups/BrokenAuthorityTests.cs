using System.Security.Cryptography.X509Certificates;
using Drydock.Crds.Values;
using Drydock.Clients.MySql;

namespace Drydock.Tests.Unit.Snapshots;

/// <summary>
/// What people put into ca.crt: it is taken, or refused in words for people, without a name of .NET or a part of the
/// value.
/// </summary>
public sealed class BrokenAuthorityTests
{
    private static readonly X509Certificate2 Certificate = Make();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string?> Values => new()
    {
        { "PEM", null },
        { "NUL at the end, as MySQL writes it", null },
        { "CRLF", null },
        { "BOM", null },
        { "several", null },
        { "text before", null },
        { "NUL only", null },
        { "empty", null },
        {
            "DER", "has a certificate in DER; expected is a certificate as PEM text (-----BEGIN CERTIFICATE-----). "
            + "Convert it: `openssl x509 -inform DER -in FILE -out ca.crt`."
        },
        {
            "PKCS#12", "has a PKCS#12 store; expected is a certificate as PEM text (-----BEGIN CERTIFICATE-----). "
            + "Convert it: `openssl pkcs12 -in FILE -nokeys -out ca.crt`."
        },
        { "private key", "has a private key and no certificate; " },
        { "words", "has no certificate; " },
        { "damaged", "has a damaged certificate. " },
        { "random bytes", "has no certificate; " },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Status_of_snapshot_names_what_is_wrong_with_authority(string kind, string? refusal)
    {
        var world = new SnapshotWorld();
        world.Archive.Meanwhile = async () =>
        {
            // Nothing listens there: the authority is read before.
            await using var connection = await MySqlSession.OpenAsync(world.Archive.Taken[^1].Connection, Token);
        };
        await world.Api.CreateAsync(new V1Secret
        {
            Metadata = new() { Name = "db", Namespace = SnapshotWorld.Space },
            Data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
            {
                ["username"] = "u"u8.ToArray(),
                ["password"] = "p"u8.ToArray(),
                ["ca.crt"] = ValueOf(kind)
            },
        });
        await world.Api.CreateAsync(new BackupSnapshot
        {
            Kind = BackupSnapshot.KindName,
            Metadata = new() { Name = "snap", Namespace = SnapshotWorld.Space, Generation = 1 },
            Spec = new BackupSnapshotSpec
            {
                Source = new DatabaseSource
                {
                    Host = "127.0.0.1",
                    Port = 1,
                    CredentialsSecretRef = new SecretReference { Name = "db" },
                    Tls = new DatabaseTls { Mode = DatabaseTlsMode.VerifyIdentity },
                },
                Databases = ["rm"],
                Storage = new StorageSpec { Directory = new DirectoryStorage { Path = "/snapshots" } },
            },
        });

        await world.UntilAsync("snap", BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);

        var message = (await world.GetAsync("snap")).Status!.Message.ShouldNotBeNull();
        message.ShouldBeWorded();
        // The connection carries text, so a binary value is only known to have no certificate.
        var expected = kind is "DER" or "PKCS#12" ? "has no certificate; " : refusal;
        message.ShouldContain(refusal is null
            ? "Connection refused"
            : $"The certificate authority of the server (key ca.crt) {expected}");
        IsForPeople(message);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Other_targets_say_the_same(string kind, string? refusal)
    {
        var value = ValueOf(kind);
        (PemText.Import(value, new X509Certificate2Collection()) ?? "")
            .ShouldStartWith(refusal ?? (IsBlank(kind) ? "has no certificate; " : ""));
        var docker = Record.Exception(() => new TlsHandshake(
            "tcp://h:2376", "h", new DockerTlsMaterial(
                value, Encoding.UTF8.GetBytes(Certificate.ExportCertificatePem()), Encoding.UTF8.GetBytes(Key())))
            .Dispose());
        var console = Record.Exception(() => new ConsoleCertificate(
            new OmsApiTarget(new Uri("https://h:8089"), "u", new Secret("p"), PemText.Of(value))).Options());
        foreach (var thrown in new[] { docker, console })
        {
            (thrown is null).ShouldBe(refusal is null && !IsBlank(kind), kind);
            IsForPeople(thrown?.Message ?? "");
        }
    }

    [Theory]
    [InlineData("username")]
    [InlineData("password")]
    public async Task Login_with_NUL_is_refused_by_its_key(string key)
    {
        var world = new SnapshotWorld();
        var data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["username"] = "u"u8.ToArray(),
            ["password"] = "p"u8.ToArray()
        };
        data[key] = "canary\0"u8.ToArray();
        await world.Api.CreateAsync(
            new V1Secret { Metadata = new() { Name = "db", Namespace = SnapshotWorld.Space }, Data = data });
        await world.Api.CreateAsync(new BackupSnapshot
        {
            Kind = BackupSnapshot.KindName,
            Metadata = new() { Name = "snap", Namespace = SnapshotWorld.Space, Generation = 1 },
            Spec = new BackupSnapshotSpec
            {
                Source = new DatabaseSource
                {
                    Host = "127.0.0.1",
                    CredentialsSecretRef = new SecretReference { Name = "db" }
                },
                Databases = ["rm"],
                Storage = new StorageSpec { Directory = new DirectoryStorage { Path = "/snapshots" } },
            },
        });

        await world.UntilAsync("snap", BackupSnapshotPhases.Succeeded, BackupSnapshotPhases.Failed);

        (await world.GetAsync("snap")).Status!.Message.ShouldBeWorded();
    }

    private static bool IsBlank(string kind) => kind is "empty" or "NUL only";

    private static void IsForPeople(string message)
    {
        message.ShouldNotContain("Exception");
        message.ShouldNotContain("Parameter '");
        message.ShouldNotContain("PRIVATE KEY", Case.Sensitive);
        message.ShouldNotContain("canary");
    }

    private static byte[] ValueOf(string kind)
    {
        var pem = Certificate.ExportCertificatePem() + "\n";
        return kind switch
        {
            "PEM" => Text(pem),
            "NUL at the end, as MySQL writes it" => Text(pem + "\0"),
            "CRLF" => Text(pem.ReplaceLineEndings("\r\n")),
            "BOM" => Text("\uFEFF" + pem),
            "several" => Text(pem + "\uFEFF" + pem),
            "text before" => Text("Subject: CN=ca\n" + pem),
            "NUL only" => [0],
            "empty" => [],
            "DER" => Certificate.RawData,
            "PKCS#12" => Certificate.Export(X509ContentType.Pkcs12),
            "private key" => Text(Key()),
            "words" => Text("canary"),
            "damaged" => Text("-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----\n"),
            "random bytes" => [0xFF, 0xD8, 0, 1, 2, 3],
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private static string Key() => Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ca", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return X509CertificateLoader.LoadPkcs12(
            made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
