namespace Drydock.Reconcilers.Upgrades;

/// <summary>What opens an S3 storage. Its text must never contain the keys.</summary>
internal sealed record S3Keys(string AccessKey, string SecretKey, string? SessionToken, string? Authority)
{
    public override string ToString() => nameof(S3Keys);
}

/// <summary>The S3 credentials of the operator's own pod, where the AWS tools look first: the environment, then the
/// shared file (https://docs.aws.amazon.com/cli/latest/topic/config-vars.html). Roles that are assumed with a token or
/// asked from a metadata service are not supported.</summary>
internal sealed class S3OwnCredentials(Func<string, string?> environment)
{
    private const string File = "AWS_SHARED_CREDENTIALS_FILE", Profile = "AWS_PROFILE", Authority = "AWS_CA_BUNDLE";

    /// <summary>Reads them again, because a mounted file is replaced when its keys are rotated.</summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.InvalidRequest"/>: there are none, or a file
    /// cannot be read. The message contains no value.</exception>
    public S3Keys Read()
    {
        var authority = Of(Authority) is { } bundle ? Text(bundle, Authority) : null;
        if (Of(StorageKeys.AwsAccessKey) is { } access && Of(StorageKeys.AwsSecretKey) is { } secret)
        {
            return new S3Keys(access, secret, Of(StorageKeys.AwsSessionToken), authority);
        }

        var path = Of(File) ?? Path.Combine(Of("HOME") ?? "/", ".aws", "credentials");
        if (!System.IO.File.Exists(path))
        {
            throw Invalid(
                $"The operator has no S3 credentials of its own: the variables {StorageKeys.AwsAccessKey} and "
                + $"{StorageKeys.AwsSecretKey} are not set, and the file {path} does not exist. Set them in the "
                + "Deployment, or name a Secret in storage.s3.credentialsSecretRef.");
        }

        var name = Of(Profile) ?? "default";
        var profile = Section(Text(path, File), name);
        return profile.TryGetValue("aws_access_key_id", out var id)
            && profile.TryGetValue("aws_secret_access_key", out var key)
            ? new S3Keys(id, key, profile.GetValueOrDefault("aws_session_token"), authority)
            : throw Invalid(
                $"The profile {name} of {path} lacks aws_access_key_id or aws_secret_access_key. Add them, or name "
                + $"another profile in the variable {Profile}.");
    }

    private string? Of(string variable) => environment(variable)?.Trim() is { Length: > 0 } value ? value : null;

    private static string Text(string path, string variable)
    {
        try
        {
            return System.IO.File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"{path} ({variable}) cannot be read: {exception.Message}");
        }
    }

    private static Dictionary<string, string> Section(string text, string name)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var inside = false;
        foreach (var line in text.Split('\n').Select(static line => line.Trim()))
        {
            if (line.StartsWith('['))
            {
                inside = line.Trim('[', ']', ' ') == name;
            }
            else if (inside
                && !line.StartsWith('#')
                && line.Split('=', 2) is [var key, var value]
                && value.Trim().Length > 0)
            {
                values[key.Trim()] = value.Trim();
            }
        }

        return values;
    }

    private static SnapshotException Invalid(string message) => new(SnapshotFailure.InvalidRequest, message);
}
