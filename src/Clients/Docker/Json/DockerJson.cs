using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker.Json;

/// <summary>Source-generated (de)serialisation of everything the API sends and takes.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(DockerTimeConverter)])]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(ExecStartWire))]
[JsonSerializable(typeof(ProgressWire))]
[JsonSerializable(typeof(RegistryAuthWire))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, IReadOnlyList<string>>))]
[JsonSerializable(typeof(IReadOnlyList<ContainerListResponse>))]
[JsonSerializable(typeof(CreateContainerParameters))]
[JsonSerializable(typeof(CreateContainerResponse))]
[JsonSerializable(typeof(ContainerInspectResponse))]
[JsonSerializable(typeof(ContainerUpdateParameters))]
[JsonSerializable(typeof(ContainerUpdateResponse))]
[JsonSerializable(typeof(ContainerWaitResponse))]
[JsonSerializable(typeof(ContainerPathStatResponse))]
[JsonSerializable(typeof(ContainerExecCreateParameters))]
[JsonSerializable(typeof(ContainerExecCreateResponse))]
[JsonSerializable(typeof(ContainerExecInspectResponse))]
[JsonSerializable(typeof(IReadOnlyList<ImagesListResponse>))]
[JsonSerializable(typeof(ImageInspectResponse))]
[JsonSerializable(typeof(IReadOnlyList<ImageDeleteResponse>))]
[JsonSerializable(typeof(DistributionInspectResponse))]
[JsonSerializable(typeof(VersionResponse))]
[JsonSerializable(typeof(SystemInfoResponse))]
[JsonSerializable(typeof(DiskUsageResponse))]
[JsonSerializable(typeof(Message))]
internal sealed partial class DockerJson : JsonSerializerContext;
