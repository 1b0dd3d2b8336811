namespace Drydock.Crds.Common;

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
