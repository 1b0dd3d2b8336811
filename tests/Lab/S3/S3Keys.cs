namespace Drydock.Lab;

/// <summary>The keys of a user of a <see cref="S3Server"/>.</summary>
public sealed record S3Keys(string AccessKey, string SecretKey);
