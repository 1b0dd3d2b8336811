using S3Storage = Drydock.Crds.Common.S3Storage;

namespace Drydock.Tests.Unit.Upgrades;

public sealed class S3OwnCredentialsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("drydock-s3-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Variables_come_before_the_shared_file()
    {
        var file = Write("[default]\naws_access_key_id = from-file\naws_secret_access_key = x\n");

        var keys = Of(
            ("AWS_ACCESS_KEY_ID", "from-environment"), ("AWS_SECRET_ACCESS_KEY", "y"), ("AWS_SESSION_TOKEN", "t"),
            ("AWS_SHARED_CREDENTIALS_FILE", file));

        (keys.AccessKey, keys.SecretKey, keys.SessionToken, keys.Authority)
            .ShouldBe(("from-environment", "y", "t", null));
    }

    [Fact]
    public void Profile_and_authority_are_read_from_files_each_time()
    {
        var file = Write(
            "# a comment\n[default]\naws_access_key_id=a\naws_secret_access_key=b\n\n[ backup ]\naws_access_key_id = "
            + "c\naws_secret_access_key = d=e\naws_session_token = f\n");
        var bundle = Path.Combine(_folder, "ca.pem");
        File.WriteAllText(bundle, "certificate");
        var own = Own(("AWS_SHARED_CREDENTIALS_FILE", file), ("AWS_PROFILE", "backup"), ("AWS_CA_BUNDLE", bundle));

        var keys = own.Read();
        (keys.AccessKey, keys.SecretKey, keys.SessionToken, keys.Authority).ShouldBe(("c", "d=e", "f", "certificate"));

        Write("[backup]\naws_access_key_id = rotated\naws_secret_access_key = d\n");
        own.Read().AccessKey.ShouldBe("rotated");
    }

    [Fact]
    public void File_of_the_home_directory_is_the_default()
    {
        Directory.CreateDirectory(Path.Combine(_folder, ".aws"));
        File.WriteAllText(
            Path.Combine(_folder, ".aws", "credentials"), "[default]\naws_access_key_id=a\naws_secret_access_key=b\n");

        Of(("HOME", _folder)).AccessKey.ShouldBe("a");
    }

    [Theory]
    [InlineData("[default]\naws_access_key_id = canary\n", "The profile default of")]
    [InlineData("[other]\naws_access_key_id = canary\naws_secret_access_key = canary\n", "The profile default of")]
    [InlineData(null, "has no S3 credentials of its own")]
    public void Incomplete_credentials_are_refused_without_their_values(string? text, string message)
    {
        var file = text is null ? Path.Combine(_folder, "absent") : Write(text);

        var refused = Should.Throw<SnapshotException>(
            () => Of(("AWS_ACCESS_KEY_ID", "canary"), ("AWS_SHARED_CREDENTIALS_FILE", file)));

        refused.Failure.ShouldBe(SnapshotFailure.InvalidRequest);
        refused.Message.ShouldContain(message);
        refused.Message.ShouldNotContain("canary");
    }

    [Fact]
    public async Task Storage_without_Secret_is_opened_only_where_the_flag_allows_it()
    {
        var storage = new StorageSpec { S3 = new S3Storage { Endpoint = "https://s3.example", Bucket = "bucket" } };
        var api = new FakeKubernetes(WorldJson.Crds, TimeProvider.System);
        var strict = new Storages(api, new StorageRoots([]), TimeProvider.System);
        var open = new Storages(api, new StorageRoots([]), TimeProvider.System, own: Own(
            ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")));

        var refused = await Should.ThrowAsync<SnapshotException>(() => strict.OpenAsync(storage, "oms", Token));
        refused.Message.ShouldContain("--s3-own-credentials");
        (await open.OpenAsync(storage, "oms", Token)).Description.ShouldBe("s3 https://s3.example/bucket");
        open.Clients.ShouldBe(1);
    }

    [Fact]
    public async Task Secret_may_use_the_names_of_the_AWS_variables()
    {
        var api = new FakeKubernetes(WorldJson.Crds, TimeProvider.System);
        await api.CreateAsync(Secret("aws", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), Token);
        await api.CreateAsync(Secret("half", "AWS_ACCESS_KEY_ID"), Token);
        var storages = new Storages(api, new StorageRoots([]), TimeProvider.System);

        (await storages.OpenAsync(At("aws"), "oms", Token)).Description.ShouldBe("s3 https://s3.example/bucket");
        (await Should.ThrowAsync<SnapshotException>(() => storages.OpenAsync(At("half"), "oms", Token)))
            .Message.ShouldBeWorded();

        static StorageSpec At(string secret) => new()
        {
            S3 = new S3Storage
            {
                Endpoint = "https://s3.example",
                Bucket = "bucket",
                CredentialsSecretRef = new SecretReference { Name = secret }
            }
        };

        static V1Secret Secret(string name, params string[] keys) => new()
        {
            Metadata = new V1ObjectMeta { Name = name, Namespace = "oms" },
            Data = keys.ToDictionary(
                key => key, key => System.Text.Encoding.UTF8.GetBytes("value of " + key), StringComparer.Ordinal),
        };
    }

    private static S3Keys Of(params (string Name, string Value)[] variables) => Own(variables).Read();

    private static S3OwnCredentials Own(params (string Name, string Value)[] variables) =>
        new(name => Array.Find(variables, v => v.Name == name).Value);

    private string Write(string text)
    {
        var path = Path.Combine(_folder, "credentials");
        File.WriteAllText(path, text);
        return path;
    }
}
