global using System.Collections.ObjectModel;
global using System.Globalization;
global using System.Text.Json.Serialization;
global using Drydock.Abstractions.Entities;
global using IKubernetesObject = k8s.IKubernetesObject<k8s.Models.V1ObjectMeta>;
global using V1ObjectMeta = k8s.Models.V1ObjectMeta;
global using V1Secret = k8s.Models.V1Secret;
