namespace Drydock.Crds.Common;

/// <summary>Where files are stored: exactly one of a directory and an S3-compatible storage.</summary>
[ValidationRule("has(self.directory) != has(self.s3)", "A storage needs exactly one of directory and s3.")]
public sealed record StorageSpec
{
    /// <summary>A directory in the operator's container, on a mounted volume that outlives the pod.</summary>
    public DirectoryStorage? Directory { get; init; }

    /// <summary>A bucket of an S3-compatible storage.</summary>
    public S3Storage? S3 { get; init; }

    /// <summary>The storage that a spec leaves out.</summary>
    /// <param name="directory">The operator's default; null if it has none.</param>
    public static StorageSpec Default(string? directory) =>
        new() { Directory = directory is null ? null : new DirectoryStorage { Path = directory } };

    /// <summary>The place, for the middle of a sentence.</summary>
    public string Describe() => this switch
    {
        { Directory: { } directory } => $"directory {directory.Path}",
        { S3: { } s3 } =>
            $"s3 {s3.Endpoint.TrimEnd('/')}/{s3.Bucket}"
            + (s3.Prefix is { Length: > 0 } prefix ? "/" + prefix.Trim('/') : ""),
        _ => "no storage",
    };
}

/// <summary>A directory as storage.</summary>
[ValidationRule("!self.path.split('/').exists(s, s == '..')", "path must not contain '..'. Give the directory itself.")]
public sealed record DirectoryStorage
{
    /// <summary>A storage root of the operator, or a directory below one. Directly below the root the operator creates
    /// a directory named after the namespace.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 1)]
    [Pattern(Patterns.AbsolutePath)]
    public string Path { get; init => field = value ?? ""; } = "";
}

/// <summary>A bucket of an S3-compatible storage.</summary>
[ValidationRule(
    "self.endpoint.startsWith('http://') == (has(self.insecure) && self.insecure)",
    "An http:// endpoint needs insecure: true, and an https:// endpoint must not have it. Over http, dumps "
    + "are transferred unencrypted.")]
[ValidationRule(
    "!has(self.prefix) || !self.prefix.split('/').exists(s, s == '..')",
    "prefix must not contain '..', because all objects are stored below it.")]
public sealed record S3Storage
{
    /// <summary>URL, for instance https://s3.example:9000. An http:// URL needs insecure: true.</summary>
    [Required]
    [Length(SchemaLimits.Name, Minimum = 8)]
    [Pattern(Patterns.HttpUrl)]
    public string Endpoint { get; init => field = value ?? ""; } = "";

    /// <summary>Name of the bucket. The operator does not create it.</summary>
    [Required]
    [Length(SchemaLimits.ShortName, Minimum = 3)]
    [Pattern(Patterns.Bucket)]
    public string Bucket { get; init => field = value ?? ""; } = "";

    /// <summary>Prefix of all object names. Default: none.</summary>
    [RelativePath(512)]
    public string? Prefix { get; init; }

    /// <summary>Region that is used in the request signature.</summary>
    [Length(SchemaLimits.ShortName, Minimum = 1)]
    [Pattern("^[A-Za-z0-9-]+$")]
    public string Region { get; init => field = value ?? "us-east-1"; } = "us-east-1";

    /// <summary>True: the bucket is in the path (endpoint/bucket/object), as most storages other than AWS need. False:
    /// in the host name.</summary>
    // Not init: source-generated JSON would lose the default where the field is absent.
    public bool PathStyle { get; set; } = true;

    /// <summary>True accepts http:// without TLS. Requests are signed, but dumps are transferred unencrypted.</summary>
    public bool Insecure { get; init; }

    /// <summary>A Secret with the keys accessKey and secretKey, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and
    /// optionally sessionToken or AWS_SESSION_TOKEN, and ca.crt. Default: the credentials of the operator's pod, if it
    /// runs with --s3-own-credentials.</summary>
    [FieldClass(FieldClass.Access)]
    [SecretKeys(
        StorageKeys.AccessKey,
        StorageKeys.SecretKey,
        StorageKeys.SessionToken,
        StorageKeys.AwsAccessKey,
        StorageKeys.AwsSecretKey,
        StorageKeys.AwsSessionToken,
        StorageKeys.Authority)]
    public SecretReference? CredentialsSecretRef { get; init; }
}

/// <summary>The data keys of a Secret with the credentials of an S3 storage.</summary>
public static class StorageKeys
{
    /// <summary>The access key id.</summary>
    public const string AccessKey = "accessKey";

    /// <summary>The secret access key.</summary>
    public const string SecretKey = "secretKey";

    /// <summary>The token of temporary credentials.</summary>
    public const string SessionToken = "sessionToken";

    /// <summary>As AWS names <see cref="AccessKey"/>.</summary>
    public const string AwsAccessKey = "AWS_ACCESS_KEY_ID";

    /// <summary>As AWS names <see cref="SecretKey"/>.</summary>
    public const string AwsSecretKey = "AWS_SECRET_ACCESS_KEY";

    /// <summary>As AWS names <see cref="SessionToken"/>.</summary>
    public const string AwsSessionToken = "AWS_SESSION_TOKEN";

    /// <summary>A private certificate authority (PEM).</summary>
    public const string Authority = "ca.crt";

    /// <summary>The keys whose values no text may contain.</summary>
    public static IReadOnlyList<string> Confidential { get; } =
        [SecretKey, SessionToken, AwsSecretKey, AwsSessionToken];
}

/// <summary>Encryption of stored dumps in the age format. The standard age program and one identity open
/// them.</summary>
public sealed record EncryptionSpec
{
    /// <summary>Public keys (age1…). The private key of any of them opens the dumps; the operator keeps none.</summary>
    [Required]
    [ListSet]
    [Items(16, Minimum = 1)]
    [Length(62, Minimum = 62)]
    [Pattern(Patterns.AgeRecipient)]
    public List<string> Recipients { get; init => field = value ?? []; } = [];
}

/// <summary>How long snapshots of a series are kept. A snapshot is kept as long as at least one of the fields requires
/// it. Without fields all are kept.</summary>
public sealed record RetentionSpec
{
    /// <summary>How many of the newest snapshots of the series are kept, with this one.</summary>
    [Range(1, 10000)]
    public int? KeepLast { get; init; }

    /// <summary>How long each snapshot is kept after it was taken, for instance 30d.</summary>
    [PositiveDuration]
    public string? KeepFor { get; init; }
}
