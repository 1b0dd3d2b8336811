namespace Drydock.Crds.Common;

/// <summary>A duration, zero allowed.</summary>
internal sealed class DurationAttribute() : TextAttribute(SchemaLimits.Duration, 2, Patterns.Duration);

/// <summary>A duration greater than zero.</summary>
internal sealed class PositiveDurationAttribute() : TextAttribute(SchemaLimits.Duration, 2, Patterns.PositiveDuration);

/// <summary>An absolute path that is not the root.</summary>
internal sealed class AbsolutePathAttribute() : TextAttribute(SchemaLimits.Path, 2, Patterns.AbsolutePath);

/// <summary>A path below a storage or a directory.</summary>
internal sealed class RelativePathAttribute(int maximum) : TextAttribute(maximum, 1, Patterns.RelativePath);

/// <summary>A relative path of a directory, with or without a slash at its end.</summary>
internal sealed class RelativeDirectoryAttribute(int maximum) : TextAttribute(maximum, 1, Patterns.RelativeDirectory);

/// <summary>A host name or address.</summary>
internal sealed class HostAttribute(int maximum) : TextAttribute(maximum, 1, Patterns.Host);

/// <summary>A name that can stand in step ids.</summary>
internal sealed class LabelAttribute() : TextAttribute(SchemaLimits.ShortName, 1, Patterns.Label);

/// <summary>The name of a program, of a tool's command, or of an account.</summary>
internal sealed class PlainNameAttribute() : TextAttribute(SchemaLimits.ShortName, 1, Patterns.PlainName);

/// <summary>The name of a database, or of what is in one.</summary>
internal sealed class DatabaseNameAttribute(int maximum) : TextAttribute(maximum, 1, Patterns.DatabaseName);

/// <summary>The name of a container.</summary>
internal sealed class ContainerNameAttribute() : TextAttribute(128, 2, Patterns.ContainerName);

/// <summary>A SHA-256 in hex digits.</summary>
internal sealed class Sha256Attribute() : TextAttribute(64, 0, Patterns.Sha256);
