namespace Drydock.Tests.Unit.Upgrades;

public sealed class StorageTextTests
{
    private static readonly StorageSpec Bucket = new()
    {
        S3 = new S3Storage
        {
            Endpoint = "https://s3.example:9000/",
            Bucket = "oms-backups",
            Prefix = "prod",
            PathStyle = false,
            CredentialsSecretRef = new SecretReference { Name = "s3-old" }
        },
    };

    private static readonly StorageSpec Folder = new() { Directory = new DirectoryStorage { Path = "/snapshots" } };

    [Fact]
    public void Stored_place_does_not_contain_the_Secret()
    {
        StorageText.Of(Folder).ShouldBe("""{"directory":{"path":"/snapshots"}}""");
        StorageText.Of(Bucket).ShouldBe(
            """{"s3":{"endpoint":"https://s3.example:9000/","bucket":"oms-backups","prefix":"prod","region":"us-east-1","pathStyle":false,"insecure":false}}""");
        StorageText.Of(null).ShouldBeEmpty();
    }

    [Fact]
    public void Parsed_place_uses_the_present_Secret()
    {
        var present = new StorageSpec
        {
            S3 =
                Bucket.S3! with { Bucket = "elsewhere", CredentialsSecretRef = new SecretReference { Name = "s3-new" } }
        };
        StorageText.Parse(StorageText.Of(Bucket), present).ShouldBe(new StorageSpec
        {
            S3 = Bucket.S3! with { CredentialsSecretRef = new SecretReference { Name = "s3-new" } }
        });
        StorageText.Parse(StorageText.Of(Folder), present).ShouldBe(Folder);
        StorageText.Parse(StorageText.Of(Bucket), present: null).S3!.CredentialsSecretRef!.Name.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("/snapshots")]
    public void Invalid_storage_text_is_refused(string text) =>
        Should.Throw<FormatException>(() => StorageText.Parse(text, Folder));

    [Fact]
    public void Description_names_the_storage_place()
    {
        Folder.Describe().ShouldBe("directory /snapshots");
        Bucket.Describe().ShouldBe("s3 https://s3.example:9000/oms-backups/prod");
        new StorageSpec().Describe().ShouldBe("no storage");
    }

    [Fact]
    public void Identity_hash_changes_with_the_bucket_and_not_its_Secret()
    {
        var spec = new OmsUpgradeSpec
        {
            Backup = new BackupSpec { Storage = Bucket },
            ImageArchive = new OmsArchive { Storage = Bucket, Path = "oms.tar" }
        };
        var renewed =
            Bucket with { S3 = Bucket.S3! with { CredentialsSecretRef = new SecretReference { Name = "s3-new" } } };
        var moved = Bucket with { S3 = Bucket.S3! with { Bucket = "elsewhere" } };
        FieldClasses.Hash(
            spec with
            {
                Backup = new BackupSpec { Storage = renewed },
                ImageArchive = spec.ImageArchive! with { Storage = renewed }
            },
            FieldClass.Identity).ShouldBe(FieldClasses.Hash(spec, FieldClass.Identity));
        FieldClasses.Hash(spec with { Backup = new BackupSpec { Storage = moved } }, FieldClass.Identity)
            .ShouldNotBe(FieldClasses.Hash(spec, FieldClass.Identity));
        FieldClasses.Hash(spec with { ImageArchive = spec.ImageArchive with { Storage = moved } }, FieldClass.Identity)
            .ShouldNotBe(FieldClasses.Hash(spec, FieldClass.Identity));
        SecretReferences.Names(spec).ShouldBe(["s3-old"]);
    }
}
