namespace Drydock.Lab;

/// <summary>The keys of a user of a <see cref="S3Server"/>.</summary>
/// <param name="AccessKey">Access key.</param>
/// <param name="SecretKey">Secret key.</param>
public sealed record S3Keys(string AccessKey, string SecretKey);
